// Vega measures its container only when the window is resized; a panel of JupyterLab is resized without that.
function render({ el }) {
  el.style.display = "none";
  let width = 0;
  const watch = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now && now !== width) window.dispatchEvent(new Event("resize"));
    width = now;
  });
  const grow = new MutationObserver(() => {
    if (width) requestAnimationFrame(() => window.dispatchEvent(new Event("resize")));
  });
  requestAnimationFrame(() => {
    const place = el.closest(".db-charts");
    if (!place) return;
    watch.observe(place);
    grow.observe(place, { childList: true, subtree: true, attributes: false });
  });
  return () => { watch.disconnect(); grow.disconnect(); };
}
export default { render };
