// Lints the page's scripts. The tests do not need it: pre-commit and the workflow run it.
export default [
  {
    files: ["views/**/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: Object.fromEntries(
        [
          "document", "window", "location", "history", "navigator", "innerWidth", "Event", "Element", "Image", "Blob", "URL",
          "ResizeObserver", "XMLSerializer", "DOMParser", "getComputedStyle", "requestAnimationFrame",
          "setTimeout", "clearTimeout", "setInterval", "clearInterval", "atob", "btoa", "matchMedia", "Plotly", "console",
          "localStorage", "fetch", "AbortSignal", "Node", "NodeFilter", "addEventListener", "dispatchEvent", "scrollTo", "scrollY", "SVGElement", "HTMLElement", "CustomEvent", "devicePixelRatio",
        ].map((name) => [name, "readonly"]),
      ),
    },
    rules: {
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: ["error", "smart"],
      "no-implied-eval": "error",
      "no-shadow-restricted-names": "error",
    },
  },
];
