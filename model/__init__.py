"""Everything that computes. Imports neither Gradio nor Plotly, and knows no browser."""
