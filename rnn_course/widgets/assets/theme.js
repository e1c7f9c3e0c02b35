// The colours of theme.css, for what is drawn on a canvas.

const THEME_COLORS = ["surface", "sunken", "text", "muted", "line", "control", "accent", "blue", "vermillion", "green", "good", "bad"];
const themeCache = new Map();
const themeListeners = new Set();

function themeChanged() {
  themeCache.clear();
  for (const listener of themeListeners) listener();
}

/** `{ surface, text, blue, … }` as CSS colours of the widget that `node` is in. */
export function themeColors(node) {
  const root = node.closest(".rnn-widget");
  const theme = `${document.body.dataset.jpThemeLight}|${document.documentElement.dataset.theme}`;
  if (!root || !root.isConnected) return Object.fromEntries(THEME_COLORS.map((name) => [name, "#888888"]));
  if (!themeCache.has(theme)) {
    const style = getComputedStyle(root);
    themeCache.set(theme, {
      ...Object.fromEntries(THEME_COLORS.map((name) => [name, style.getPropertyValue(`--rnn-${name}`).trim()])),
      font: style.fontFamily,
    });
  }
  return themeCache.get(theme);
}

/** Calls `listener` when JupyterLab, the site or the system turns light or dark. Returns how to stop it. */
export function onTheme(listener) {
  if (themeListeners.size === 0) watchTheme();
  themeListeners.add(listener);
  return () => themeListeners.delete(listener);
}

let themeWatched = false;
function watchTheme() {
  if (themeWatched) return;
  themeWatched = true;
  const observer = new MutationObserver(themeChanged);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);
}
