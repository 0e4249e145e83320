// The runs page: links that morph it, the selection that outlives pages of it,
// and its keys. Without this file links and forms do the same with more waiting.
"use strict";

(() => {
	const page = () => document.getElementById("runs");

	// Links within the page, and shift-click on a head for a second key.
	let busy = false; // a request of the reader's is under way
	async function go(path) {
		busy = true;
		const before = document.querySelector(".runs-table");
		const turned = new URL(path, location.href).searchParams.get("page") !== new URL(location.href).searchParams.get("page");
		try {
			await window.htmx.ajax("GET", path, { source: "#runs", target: "#runs", select: "#runs", swap: "outerMorph", push: "true" });
		} finally {
			busy = false;
		}
		if (turned && before) before.scrollTop = 0;
	}
	// An answer that is another page, such as one that says what is wrong, is shown
	// as that page.
	document.addEventListener("htmx:before:swap", (event) => {
		const { ctx } = event.detail;
		if (ctx.select !== "#runs" || ctx.text.includes('id="runs"')) return;
		event.preventDefault();
		location.href = ctx.response?.raw.url ?? location.href;
	});
	document.addEventListener("click", (event) => {
		const link = event.target.closest("#runs a[href]");
		if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.shiftKey && !link.dataset.also) return;
		const url = new URL(event.shiftKey ? link.dataset.also : link.href, location.href);
		if (url.pathname !== "/" || url.origin !== location.origin) return;
		event.preventDefault();
		go(url.pathname + url.search);
	});

	// The selection: ids, kept for this tab.
	const key = "exprec-picked";
	const picked = new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));
	let last = null; // the box that was changed last, where a range begins

	const boxes = () => [...document.querySelectorAll('#runs tbody input[name="run"]')];
	const everything = () => document.querySelector('#pick input[name="all"]');

	function show() {
		const all = everything()?.checked ?? false;
		const here = boxes();
		for (const box of here) {
			box.checked = all || picked.has(box.value);
			box.closest("tr").classList.toggle("picked", box.checked);
		}
		const head = document.getElementById("pick-page");
		if (head) {
			const chosen = here.filter((box) => box.checked).length;
			head.checked = chosen > 0 && chosen === here.length;
			head.indeterminate = chosen > 0 && chosen < here.length;
		}
		const bar = document.getElementById("pickbar");
		if (!bar) return;
		bar.classList.toggle("open", all || picked.size > 0);
		const number = bar.querySelector(".number");
		number.textContent = all ? number.dataset.all : picked.size.toLocaleString("en");
	}
	function keep() {
		sessionStorage.setItem(key, JSON.stringify([...picked]));
		show();
	}
	function pick(box, on) {
		if (on) picked.add(box.value);
		else picked.delete(box.value);
	}
	function clear() {
		picked.clear();
		const all = everything();
		if (all) all.checked = false;
		keep();
	}

	document.addEventListener("click", (event) => {
		const box = event.target.closest('#runs tbody input[name="run"]');
		if (box) {
			const here = boxes(), from = here.indexOf(last), to = here.indexOf(box);
			if (event.shiftKey && from >= 0) {
				for (const between of here.slice(Math.min(from, to), Math.max(from, to) + 1)) pick(between, box.checked);
			} else {
				pick(box, box.checked);
			}
			last = box;
			if (everything()?.checked && !box.checked) {
				for (const other of here) pick(other, other !== box);
				everything().checked = false;
			}
			keep();
		}
		if (event.target.closest("#pick-clear")) clear();
	});
	document.addEventListener("change", (event) => {
		if (event.target.id === "pick-page") {
			for (const box of boxes()) pick(box, event.target.checked);
			keep();
		}
		if (event.target.matches('#pick input[name="all"]')) show();
	});

	function compare() {
		const state = new URLSearchParams();
		if (everything()?.checked) {
			const query = document.getElementById("pick").dataset.query;
			if (query) state.set("q", query);
		} else {
			for (const id of picked) state.append("run", id);
		}
		location.href = "/compare" + (state.size ? "?" + state : "");
	}
	document.addEventListener("submit", (event) => {
		const form = event.target;
		if (form.id !== "pick") return;
		if (event.submitter?.dataset.compare !== undefined) {
			event.preventDefault();
			compare();
			return;
		}
		const here = new Set(boxes().map((box) => box.value));
		for (const id of everything()?.checked ? [] : picked) {
			if (here.has(id)) continue;
			const field = document.createElement("input");
			field.type = "hidden";
			field.name = "run";
			field.value = id;
			form.append(field);
		}
	});

	// What was done is said once: reloading does not say it again.
	function settle() {
		const done = document.getElementById("runs-done");
		if (done?.dataset.done) {
			const url = new URL(location.href);
			if (url.searchParams.has("done")) {
				picked.clear();
				sessionStorage.setItem(key, "[]");
				history.replaceState(history.state, "", done.dataset.here);
			}
		}
		show();
	}
	document.addEventListener("DOMContentLoaded", settle);
	document.addEventListener("htmx:after:swap", () => {
		const here = page();
		if (!here) return;
		window.exprec.localTimes(here);
		show();
	});
	window.addEventListener("pageshow", show);

	// What changes while somebody looks: rows stay where they are, and what is new
	// is counted. One look a second is enough, however much changes.
	let waiting = 0, looked = 0;
	async function look() {
		waiting = 0;
		looked = Date.now();
		const here = page();
		if (!here) return;
		const shown = location.href;
		const url = new URL(shown);
		url.searchParams.set("since", here.dataset.since);
		const rows = boxes().map((box) => box.value);
		if (rows.length > 0) url.searchParams.set("rows", rows.join(","));
		const done = document.getElementById("runs-done")?.dataset.done;
		if (done) url.searchParams.set("done", done); // it can still be undone
		let text;
		try {
			const reply = await fetch(url, { headers: { "HX-Request": "true" } });
			if (!reply.ok) return;
			text = await reply.text();
		} catch {
			return; // the dashboard is away: the dot says so
		}
		// Whoever went on meanwhile has newer rows than these.
		if (location.href !== shown || busy || page() !== here) return;
		await window.htmx.swap({ text, target: here, select: "#runs", swap: "outerMorph", sourceElement: here, request: {} });
	}
	const soon = () => { waiting ||= setTimeout(look, Math.max(0, looked + 1000 - Date.now())); };
	document.addEventListener("exprec:changed", (event) => {
		if (event.target.closest("#runs")) soon();
	}, true);

	// The keys of the list.
	function step(by) {
		const links = [...document.querySelectorAll("#runs tbody th[scope=row] a")];
		const at = links.indexOf(document.activeElement?.closest("tr")?.querySelector("th[scope=row] a"));
		const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
		next?.focus();
		next?.scrollIntoView({ block: "nearest" });
	}
	window.exprec.addKey("j", () => step(1));
	window.exprec.addKey("k", () => step(-1));
	window.exprec.addKey("x", () => {
		const box = document.activeElement?.closest("#runs tbody tr")?.querySelector('input[name="run"]');
		if (!box) return;
		pick(box, !box.checked);
		last = box;
		keep();
	});
	window.exprec.addKey("c", () => {
		if (page() && (picked.size > 0 || everything()?.checked)) compare();
	});
})();
