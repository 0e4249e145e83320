// The pages of a run: keys for its tabs and neighbours, a search among its
// parameters, and the place of the keyboard after an edit.
"use strict";

(() => {
	const tabs = () => document.querySelectorAll("#run-tabs a");
	if (!document.getElementById("run-tabs")) return;
	for (let n = 1; n <= 8; n++) {
		exprec.addKey(String(n), () => tabs()[n - 1]?.click());
	}
	exprec.addKey("[", () => document.getElementById("run-older")?.click());
	exprec.addKey("]", () => document.getElementById("run-newer")?.click());

	// What is typed hides the lines that do not have it.
	document.addEventListener("input", (event) => {
		const list = document.getElementById(event.target.dataset?.filter ?? "");
		if (!list) return;
		const words = event.target.value.toLowerCase().split(/\s+/);
		for (const line of list.children) {
			const text = (line.dataset.text ?? "").toLowerCase();
			line.hidden = !words.every((word) => text.includes(word));
		}
	});

	document.addEventListener("change", (event) => {
		if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
	});

	// An open menu closes with Escape and with a click elsewhere.
	document.addEventListener("keydown", (event) => {
		const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
		if (menu) {
			menu.open = false;
			menu.querySelector("summary").focus();
		}
		// Escape leaves a form of the notes as its Cancel does.
		if (event.key === "Escape" && event.target.closest("#run-head form, #run-notes form")) {
			event.target.closest("form").querySelector("a.button[hx-get]")?.click();
		}
		// Ctrl-Enter saves a text.
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("#run-notes textarea")) {
			event.target.form.requestSubmit();
		}
	});
	document.addEventListener("click", (event) => {
		const menu = document.querySelector("details.menu[open]");
		if (menu && !menu.contains(event.target)) menu.open = false;
	});

	// Where a form has gone the keyboard stands on the link that opened it.
	let edited = "";
	document.addEventListener("focusin", (event) => {
		const field = event.target.closest("#run-head form, #run-notes form")?.querySelector("[id^=note-]");
		if (field) edited = "edit-" + field.id.slice("note-".length);
	});
	document.addEventListener("htmx:after:swap", (event) => {
		exprec.localTimes(document);
		// What came by itself moves nobody.
		if (event.detail?.ctx?.sourceEvent?.type === "exprec:changed" || document.activeElement !== document.body) return;
		const field = document.querySelector("#run-head form [id^=note-], #run-notes form [id^=note-]");
		(field ?? document.getElementById(edited))?.focus();
	});
})();
