"""What pictures are made of: colours, the token axis, tracks, charts, downloads. No torch, no Gradio."""
