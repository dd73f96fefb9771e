// The map, which works without script: other views without leaving the page, by its links, by dragging with the mouse, by
// the wheel with Ctrl; a pin and its card show each other; Escape shows all France.
"use strict";
(() => {
  const the = (selector) => document.querySelector(`#carte ${selector}`);
  const CLOSEST = 64;

  // -- another view, asked of the server ---------------------------------------------------------------
  async function show(url, next) {
    // The page stays where it is: only without script it must find the map again.
    await htmx.ajax("GET", url.split("#")[0], { source: "#carte", target: "#carte", swap: "outerHTML" });
    (next() || the("a"))?.focus({ preventScroll: true });
    document.getElementById("annonce").textContent = the(".vu")?.textContent || document.getElementById("carte").getAttribute("aria-label");
  }
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("#carte .commandes a, #carte .grappe");
    if (!link) return;
    event.preventDefault();
    const id = link.id;
    // Who opened a cluster goes on from what was in it.
    show(link.getAttribute("href"), () => (id ? document.getElementById(id) : the(".epingle, .lot, .grappe")));
  });
  document.addEventListener("keydown", (event) => {
    const whole = the("#vue-france");
    if (event.key !== "Escape" || !whole || !event.target.closest("#carte")) return;
    show(whole.getAttribute("href"), () => the("#vue-agrandir"));
  });

  // -- drawn at once from what is there, then asked for ------------------------------------------------
  // Lengths in points of the drawing; what the server placed in percent of its view is placed anew in ours.
  function readView() {
    const drawing = the(".france"), land = the(".terres");
    const [left, top, width, height] = land.getAttribute("viewBox").split(" ").map(Number);
    const placed = [...drawing.querySelectorAll("[x$='%']")].map((one) => ({
      one,
      x: left + (parseFloat(one.getAttribute("x")) / 100) * width,
      y: one.hasAttribute("y") ? top + (parseFloat(one.getAttribute("y")) / 100) * height : null,
    }));
    const whole = [drawing.getAttribute("width"), drawing.getAttribute("height")].map(Number);
    return { land, placed, whole, x: left + width / 2, y: top + height / 2, zoom: whole[0] / width };
  }
  function draw(view) {
    const [width, height] = view.whole.map((side) => side / view.zoom);
    view.x = Math.max(width / 2, Math.min(view.whole[0] - width / 2, view.x));
    view.y = Math.max(height / 2, Math.min(view.whole[1] - height / 2, view.y));
    const [left, top] = [view.x - width / 2, view.y - height / 2];
    view.land.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    view.land.parentElement.classList.add("glisse");
    for (const { one, x, y } of view.placed) {
      one.setAttribute("x", `${((x - left) / width) * 100}%`);
      if (y !== null) one.setAttribute("y", `${((y - top) / height) * 100}%`);
    }
  }
  function settle(view) {
    const asked = [view.x, view.y, view.zoom].map(Math.round).join("-");
    const id = document.activeElement.closest("#carte") && document.activeElement.id;
    const url = document.getElementById("carte").dataset.adresse.replace("VUE", asked);
    show(url, () => (id ? document.getElementById(id) : document.activeElement));
  }

  // -- dragged with the mouse; a finger scrolls the page -----------------------------------------------
  let dragged = null;
  document.addEventListener("pointerdown", (event) => {
    const drawing = event.target.closest("#carte .france");
    if (!drawing || event.pointerType !== "mouse" || event.button !== 0) return;
    dragged = { view: readView(), from: [event.clientX, event.clientY], width: drawing.clientWidth, moved: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const { view, from, width } = dragged;
    const moves = [event.clientX - from[0], event.clientY - from[1]];
    if (!dragged.moved && Math.hypot(...moves) < 5) return;
    if (!dragged.moved) Object.assign(dragged, { moved: true, middle: [view.x, view.y] });
    const point = view.whole[0] / view.zoom / width;
    [view.x, view.y] = dragged.middle.map((at, axis) => at - moves[axis] * point);
    draw(view);
  });
  document.addEventListener("pointerup", () => {
    if (dragged?.moved) settle(dragged.view);
    // The click that follows must find that it was a drag.
    setTimeout(() => { dragged = null; });
  });
  document.addEventListener("click", (event) => { if (dragged?.moved) { event.preventDefault(); event.stopPropagation(); } }, true);
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.("#carte .france")) event.preventDefault(); });

  // -- the wheel, with Ctrl: alone it scrolls the page -------------------------------------------------
  let wheeled = null, waiting = 0;
  document.addEventListener("wheel", (event) => {
    const drawing = event.target.closest("#carte .france");
    if (!drawing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    wheeled ||= readView();
    const box = drawing.getBoundingClientRect();
    const off = [(event.clientX - box.left) / box.width - 0.5, (event.clientY - box.top) / box.height - 0.5];
    const before = view(wheeled.zoom);
    wheeled.zoom = Math.max(1, Math.min(CLOSEST, wheeled.zoom * Math.exp(-event.deltaY / 200)));
    const after = view(wheeled.zoom);
    // What is under the pointer stays there.
    wheeled.x += off[0] * (before[0] - after[0]);
    wheeled.y += off[1] * (before[1] - after[1]);
    draw(wheeled);
    clearTimeout(waiting);
    waiting = setTimeout(() => { const last = wheeled; wheeled = null; settle(last); }, 300);
    function view(zoom) { return wheeled.whole.map((side) => side / zoom); }
  }, { passive: false });

  // -- a pin and its card ------------------------------------------------------------------------------
  function pair(event) {
    for (const one of document.querySelectorAll(".montre")) one.classList.remove("montre");
    const pin = event.target.closest?.("#carte .epingle");
    const card = event.target.closest?.(".carte");
    const href = (pin || card?.querySelector("h3 a"))?.getAttribute("href");
    if (!href) return;
    const same = (link) => link.getAttribute("href") === href;
    const other = pin ? [...document.querySelectorAll(".carte h3 a")].find(same)?.closest(".carte") : [...document.querySelectorAll("#carte .epingle")].find(same);
    other?.classList.add("montre");
  }
  document.addEventListener("mouseover", pair);
  document.addEventListener("focusin", pair);
})();
