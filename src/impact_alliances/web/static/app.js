// Comforts over pages that work without script: announcements, focus, suggestions while typing, copy and print.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const narrow = matchMedia("(max-width: 55.99rem)");

  // -- what was focused stays where the eye left it, though all around it is replaced ----------------
  let focusNext = null;
  let before = null;
  let folds = [];
  function remember() {
    folds = [...document.querySelectorAll("details[id]")].map(({ id, open }) => [id, open]);
    const active = document.activeElement;
    before = active && active.id ? { id: active.id, top: active.getBoundingClientRect().top } : null;
  }
  function putBack() {
    for (const [id, open] of folds) document.getElementById(id)?.toggleAttribute("open", open);
    if (focusNext) return moveFocus();
    if (!before) return;
    const same = document.getElementById(before.id) || document.getElementById("resultats");
    if (!same) return;
    same.focus({ preventScroll: true });
    const moved = same.getBoundingClientRect().top - before.top;
    if (same.id === before.id && Math.abs(moved) > 1) scrollerOf(same).scrollBy({ top: moved, behavior: "instant" });
    before = null;
  }
  const scrollerOf = (element) => element.closest("dialog .contenu") || window;
  function moveFocus() {
    if (focusNext) document.getElementById(focusNext)?.focus();
    focusNext = null;
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[hx-get]");
    if (link?.dataset.focus) focusNext = link.dataset.focus;
  });

  // -- where what happens is told -------------------------------------------------------------------
  const announced = document.getElementById("annonce");
  const state = document.getElementById("etat");
  const live = [announced, state];

  // -- filters on a phone: a dialog, opened when asked for -------------------------------------------
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialogue" });
  dialog.setAttribute("aria-labelledby", "titre-filtres");
  const makeButton = (className, text) => Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  const closing = makeButton("fermer", "Fermer");
  const content = Object.assign(document.createElement("div"), { className: "contenu" });
  const showing = makeButton("montrer", "");
  dialog.append(closing, content, showing);
  closing.addEventListener("click", () => dialog.close());
  showing.addEventListener("click", () => dialog.close("resultats"));
  dialog.addEventListener("close", () => {
    document.body.append(...live);
    document.querySelector("#recherche .colonnes")?.prepend(...content.childNodes);
    document.getElementById(dialog.returnValue || "ouvrir-filtres")?.focus();
    dialog.returnValue = "";
  });
  narrow.addEventListener("change", () => { if (dialog.open) dialog.close(); });
  function intoDialog(region) {
    content.replaceChildren(region.querySelector("#filtres"));
    showing.textContent = region.dataset.voir;
  }
  document.addEventListener("click", (event) => {
    if (!narrow.matches || !event.target.closest("a[href='#titre-filtres']")) return;
    event.preventDefault();
    openFilters();
  });
  function openFilters() {
    document.body.append(dialog);
    // What is told outside an open dialog is neither seen nor heard.
    dialog.append(...live);
    intoDialog(document.getElementById("recherche"));
    dialog.showModal();
    closing.focus();
  }

  // -- told to who listens, once typing or clicking has paused ---------------------------------------
  let announcing = 0;
  function say(sentence) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { announced.textContent = sentence; }, 500);
  }

  // -- around a request: what is old dims, what is late or failed is told ----------------------------
  const told = document.createElement("p");
  const again = makeButton("reessayer", "Réessayer");
  let dimming = 0, telling = 0, asked = null;
  function settle() {
    clearTimeout(dimming);
    clearTimeout(telling);
    root.classList.remove("attend");
    state.replaceChildren();
  }
  function tell(sentence, ...more) {
    told.textContent = sentence;
    state.replaceChildren(told, ...more);
  }
  function tellBriefly(sentence) {
    settle();
    tell(sentence);
    telling = setTimeout(settle, 5000);
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    settle();
    asked = event.detail.requestConfig;
    dimming = setTimeout(() => root.classList.add("attend"), 300);
    telling = setTimeout(() => tell("La recherche prend plus de temps que d’habitude. Un instant…"), 2000);
  });
  const failures = {
    "htmx:sendError": "La recherche n’a pas abouti : le réseau ne répond pas.",
    "htmx:timeout": "La recherche n’a pas abouti : la base met trop de temps à répondre.",
    "htmx:responseError": "La recherche n’a pas abouti : la base ne répond pas pour l’instant.",
    "htmx:sendAbort": "La recherche a été interrompue.",
  };
  for (const [name, sentence] of Object.entries(failures)) {
    document.addEventListener(name, (event) => {
      // One that a newer one replaces has not failed.
      if (asked && event.detail.requestConfig && event.detail.requestConfig !== asked) return;
      settle();
      const status = event.detail.xhr?.status;
      tell(status === 503 || status === 429 ? "La recherche n’a pas abouti : trop de visites en ce moment." : sentence, again);
    });
  }
  again.addEventListener("click", () => {
    const path = asked.path + (asked.path.includes("?") || !asked.parameters ? "" : "?" + new URLSearchParams(asked.formData || asked.parameters));
    // The button goes, and would take the focus with it.
    (dialog.open ? showing : document.getElementById("resultats"))?.focus();
    settle();
    htmx.ajax("GET", path, { target: asked.target, swap: "outerHTML", select: asked.elt?.getAttribute("hx-select") });
  });

  // -- a swap: title, announcement, focus -------------------------------------------------------------
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSwap", (event) => {
    settle();
    const region = document.getElementById("recherche");
    if (!region) return;
    if (dialog.open && event.detail.target?.id === "recherche") intoDialog(region);
    prepare(region);
    putBack();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const region = document.getElementById("recherche");
    if (!region || event.detail.elt?.id !== "recherche") return;
    document.title = region.dataset.titre;
    say(region.dataset.annonce);
  });

  // -- a long list of values, narrowed by what is typed -----------------------------------------------
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  function narrowList(input) {
    input.closest("p").hidden = false;
    const values = [...document.getElementById(input.dataset.restreint).querySelectorAll("label:has(input[type=checkbox])")];
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    input.addEventListener("input", () => {
      const typed = fold(input.value.trim());
      for (const value of values) value.hidden = !fold(value.textContent).includes(typed);
      const left = values.filter((value) => !value.hidden).length;
      say(typed && (left ? `${left} ${left > 1 ? "valeurs" : "valeur"} dans la liste.` : "Aucune valeur dans la liste."));
    });
  }

  // -- a combobox with manual selection: what is proposed while one types ----------------------------
  // `source` says from how many signs on it is asked (`least`), the `address` that answers a text, the proposals in
  // an answer (`listed`), how one is `shown`, what to do with the one that is `chosen`, and what is `told` of how many.
  function combobox(field, source) {
    const input = field.querySelector("input");
    const list = Object.assign(document.createElement("ul"), { className: "propositions", id: `propositions-${input.id}`, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", source.label);
    field.append(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
    let waiting = 0, asked = 0, marked = -1, proposals = [];
    const mark = (index) => {
      marked = index;
      [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === marked)));
      list.children[marked]?.scrollIntoView({ block: "nearest" });
      if (marked < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", list.children[marked].id);
    };
    const open = (isOpen) => {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      mark(-1);
    };
    // What is still on its way is not waited for.
    const leave = () => { clearTimeout(waiting); asked++; open(false); };
    const choose = (index) => { leave(); source.chosen(proposals[index]); };
    const show = (found) => {
      proposals = found;
      list.replaceChildren(...found.map((proposal, index) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}` });
        option.setAttribute("role", "option");
        option.append(...source.shown(proposal));
        return option;
      }));
      open(found.length > 0);
      say(source.told(found.length));
    };
    const ask = async () => {
      const turn = ++asked, typed = input.value.trim().slice(0, 200);
      if (typed.length < source.least) return open(false);
      try {
        const answer = await fetch(source.address + encodeURIComponent(typed));
        const found = answer.ok ? source.listed(await answer.json()) : [];
        if (turn === asked && document.activeElement === input) show(found);
      } catch { if (turn === asked) open(false); }
    };
    const step = (by) => {
      if (list.hidden) return void ask();
      const count = proposals.length;
      mark(marked < 0 && by < 0 ? count - 1 : (marked + by + count) % count);
    };
    const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
      else if (event.key === "Enter" && marked >= 0) { event.preventDefault(); choose(marked); }
      else if (event.key === "Enter") leave();
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); leave(); }
      // Back in the text: it is what counts again.
      else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) mark(-1);
    });
    input.addEventListener("blur", leave);
    // Chosen when the button is let go, so that one may still turn away; pressing keeps the list open.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("li");
      if (option) choose([...list.children].indexOf(option));
    });
  }
  const span = (text) => Object.assign(document.createElement("span"), { textContent: text });
  const suggest = (field) => combobox(field, {
    label: "Suggestions",
    least: 2,
    address: `${field.dataset.suggestions}?q=`,
    listed: (answer) => answer,
    shown: (suggestion) => [suggestion.label, " ", span(suggestion.type)],
    chosen: (suggestion) => location.assign(suggestion.url),
    told: (count) => count && `${count} ${count > 1 ? "suggestions" : "suggestion"}.`,
  });

  // -- the field of a place: its communes, and where the reader is -----------------------------------
  // More are a page to read: the one that a text alone leads to.
  const MOST_PROPOSED = 8;
  function placeField(field) {
    const input = field.querySelector("input");
    const near = field.querySelector("input[type=hidden]");
    const stand = (text, value) => {
      input.value = text;
      near.value = value;
      near.disabled = !value;
    };
    // A text that is changed is no longer the place that was chosen.
    input.addEventListener("input", () => stand(input.value, ""));
    combobox(field, {
      label: "Communes",
      least: 1,
      address: `${field.dataset.communes}?q=`,
      listed: (answer) => answer.communes.slice(0, MOST_PROPOSED),
      shown: (one) => [one.name, " ", span(whereabouts(one))],
      chosen: (one) => stand(one.label, one.code),
      told: (count) => count ? `${count} ${count > 1 ? "communes proposées" : "commune proposée"}.` : "Aucune commune proposée.",
    });
    offerPosition(field.querySelector("button.position"), (value) => stand(field.dataset.position, value));
  }
  function whereabouts(commune) {
    const people = commune.population === null ? "" : `${commune.population.toLocaleString("fr")} hab.`;
    return [commune.postcodes[0], commune.departement_name, people].filter(Boolean).join(" · ");
  }
  function offerPosition(button, found) {
    if (!navigator.geolocation || !isSecureContext) return void button.remove();
    button.hidden = false;
    const failed = () => tellBriefly("Position non disponible. Saisissez une commune.");
    const succeeded = ({ coords }) => {
      // About one kilometre: enough to be told what is near, too little to be found.
      found(`${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
      tellBriefly("Position trouvée. Elle sert à cette recherche et n’est pas gardée.");
    };
    button.addEventListener("click", () => {
      tell("Recherche de votre position…");
      navigator.geolocation.getCurrentPosition(succeeded, failed, { timeout: 10000, maximumAge: 600000 });
    });
  }

  // -- from a sheet back to the results it was found in, and on to the next one ------------------------
  const KEPT = "resultats";
  function keepResults(region) {
    const links = [...region.querySelectorAll(".cartes h3 a")];
    const sheets = links.map((link) => [link.pathname, link.textContent.trim()]);
    // Who comes back from a sheet goes on from its card.
    const left = links.find((link) => location.hash === `#${link.pathname}`);
    if (left) { left.scrollIntoView({ block: "center" }); left.focus({ preventScroll: true }); }
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ url: location.pathname + location.search, back: region.dataset.retour, sheets }));
    } catch { /* A browser that keeps nothing still has its own way back. */ }
  }
  function offerWayBack(trail) {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { return; }
    const place = kept ? kept.sheets.findIndex(([path]) => path === location.pathname) : -1;
    if (place < 0) return;
    const list = document.createElement("ul");
    const add = (url, text, title) => {
      const link = Object.assign(document.createElement("a"), { href: url, textContent: text });
      if (title) link.append(Object.assign(document.createElement("span"), { className: "lu", textContent: ` : ${title}` }));
      list.append(document.createElement("li"));
      list.lastChild.append(link);
    };
    add(`${kept.url}#${location.pathname}`, kept.back);
    const [before, after] = [kept.sheets[place - 1], kept.sheets[place + 1]];
    if (before) add(before[0], "Résultat précédent", before[1]);
    if (after) add(after[0], "Résultat suivant", after[1]);
    const nav = Object.assign(document.createElement("nav"), { className: "retour" });
    nav.setAttribute("aria-label", "Vos résultats");
    nav.append(list);
    trail.before(nav);
  }

  // -- copy and print -------------------------------------------------------------------------------
  function prepare(scope) {
    once(scope, "[data-suggestions]", suggest);
    once(scope, "[data-communes]", placeField);
    once(scope, "[data-restreint]", narrowList);
    once(scope, ".ariane", offerWayBack);
    once(scope, ".resultats", (results) => keepResults(results.closest("#recherche")));
    once(scope, "#ouvrir-filtres", (button) => { button.hidden = false; button.addEventListener("click", openFilters); });
    once(scope, "[data-imprimer]", (button) => { button.hidden = false; button.addEventListener("click", () => print()); });
    if (!navigator.clipboard) return;
    once(scope, "[data-copie]", (button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const copied = document.getElementById(button.dataset.copie);
        try {
          await navigator.clipboard.writeText(copied.value || copied.textContent);
          tellBriefly(button.dataset.dit);
        } catch { tellBriefly("La copie n’a pas abouti : sélectionnez le texte et copiez-le."); }
      });
    });
  }
  const ready = new WeakSet();
  function once(scope, selector, work) {
    for (const element of scope.querySelectorAll(selector)) {
      if (!ready.has(element)) work(element);
      ready.add(element);
    }
  }
  prepare(document);
})();
