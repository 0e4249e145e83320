// The charts of a page: which are in view, and how they are drawn, which stands in
// the page's URL.
"use strict";
{
	const { Chart } = window.exprec;
	const charts = new Map(); // by their figures
	let shown = read();

	function read() {
		const q = new URLSearchParams(location.search);
		const z = (q.get("z") ?? "").split("..").map(Number);
		const x = q.get("x") ?? "";
		return {
			x: x === "step" ? "" : x,
			sm: Number(q.get("sm") ?? 0) || 0,
			logx: ["1", "on"].includes(q.get("logx")), logy: ["1", "on"].includes(q.get("logy")), out: ["1", "on"].includes(q.get("out")),
			z: q.get("z") && z.length === 2 && z.every(Number.isFinite) && z[0] <= z[1] ? z : null,
			only: q.get("only") ?? "",
		};
	}

	// write gives the URL with a state: what is as at first is left out, and what is
	// not of the charts stays.
	function write(state) {
		const url = new URL(location.href);
		const set = (name, value) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
		set("x", state.x);
		set("sm", state.sm > 1 ? state.sm : "");
		set("logx", state.logx ? "1" : "");
		set("logy", state.logy ? "1" : "");
		set("out", state.out ? "1" : "");
		set("z", state.z ? state.z.join("..") : "");
		set("only", state.only);
		return url;
	}

	const page = {
		state: () => shown,
		zoom: (range) => change({ z: range }),
		hover(from, x) {
			for (const chart of charts.values()) if (chart !== from && chart.seen) chart.follow(x);
		},
	};

	// change draws the charts in another way, and lets the URL say so.
	function change(what, remember = true) {
		const before = shown;
		shown = { ...shown, ...what };
		if (what.x !== undefined && what.x !== before.x) shown.z = null;
		if (what.logx && shown.z && shown.z[0] <= 0) shown.z = null;
		if (remember) {
			const url = write(shown);
			if (url.href !== location.href) history.pushState(null, "", url);
		}
		apply(before);
	}

	// apply lets the page follow its state.
	function apply(before) {
		for (const form of document.querySelectorAll("[data-chart-tools]")) fill(form);
		for (const input of document.querySelectorAll("[data-chart-filter] [name=only]")) if (input.value !== shown.only) input.value = shown.only;
		if (before.only !== shown.only) filter();
		const { only: a, ...was } = before, { only: b, ...is } = shown;
		if (JSON.stringify(was) !== JSON.stringify(is)) for (const chart of charts.values()) chart.changed();
		links();
	}

	function fill(form) {
		form.elements.x.value = shown.x;
		form.elements.sm.value = shown.sm > 1 ? shown.sm : "";
		form.querySelector("[data-chart-smooth]").value = Math.round(10 * Math.log10(Math.max(shown.sm, 1)));
		for (const name of ["logx", "logy", "out"]) form.elements[name].checked = shown[name];
		form.querySelector("[data-chart-reset]").hidden = shown.z === null;
	}

	// links make the pictures to save those of the state.
	function links() {
		for (const link of document.querySelectorAll("[data-chart-svg]")) {
			const url = new URL(link.href), state = write(shown).searchParams;
			for (const name of ["x", "sm", "logx", "logy", "out", "z"]) {
				if (state.has(name)) url.searchParams.set(name, state.get(name)); else url.searchParams.delete(name);
			}
			link.href = url.pathname + url.search;
		}
	}

	// matches is what the server's filter is: a part of the name, or a pattern.
	function matches(pattern, name) {
		pattern = pattern.toLowerCase();
		name = name.toLowerCase();
		if (!/[*?]/.test(pattern)) return name.includes(pattern);
		const expression = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replace(/\?/g, ".");
		return new RegExp("^" + expression + "$", "su").test(name);
	}

	function filter() {
		let seen = 0, all = 0;
		for (const group of document.querySelectorAll("[data-chart-group]")) {
			let here = 0;
			for (const figure of group.querySelectorAll("[data-chart]")) {
				figure.hidden = !matches(shown.only, figure.dataset.chart);
				all++;
				if (!figure.hidden) here++;
			}
			group.hidden = here === 0;
			seen += here;
		}
		const word = all === 1 ? " chart" : " charts";
		for (const count of document.querySelectorAll("[data-chart-count]")) count.textContent = (seen === all ? "" : seen + " of ") + all.toLocaleString("en") + word;
	}

	// Only charts in view, or nearly so, are drawn. Of those that were, some are kept
	// for who scrolls back: each takes as much memory as a picture of its size.
	const kept = 40, left = [];
	const view = new IntersectionObserver((entries) => {
		for (const entry of entries) {
			const chart = charts.get(entry.target);
			if (!chart) continue;
			chart.show(entry.isIntersecting);
			const at = left.indexOf(chart);
			if (at >= 0) left.splice(at, 1);
			if (!entry.isIntersecting && chart.u) left.push(chart);
		}
		while (left.length > kept) left.shift().rest();
	}, { rootMargin: "200px" });

	// adopt takes in the charts of the page, and lets go of those that have left it.
	function adopt() {
		for (const [figure, chart] of charts) {
			if (figure.isConnected) continue;
			view.unobserve(figure);
			chart.close();
			charts.delete(figure);
		}
		for (const figure of document.querySelectorAll("[data-chart]")) {
			if (charts.has(figure)) continue;
			charts.set(figure, new Chart(figure, page));
			view.observe(figure);
		}
	}

	// more brings in the charts of scalars that a run that goes on logged meanwhile.
	// It asks once in a while, a large page more rarely, and after the last change.
	let asking = false, again = false;
	async function more(list) {
		if (asking) {
			again = true;
			return;
		}
		asking = true;
		const began = performance.now();
		try {
			const url = new URL(list.dataset.chartsOf, location.href);
			url.search = location.search;
			const answer = await fetch(url);
			if (!answer.ok) return;
			const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(list.id);
			if (fresh) join(list, fresh);
		} catch {
			// the next change asks again
		} finally {
			setTimeout(() => {
				asking = false;
				if (again) more(list);
				again = false;
			}, Math.max(2000, 30 * (performance.now() - began)));
		}
	}

	function join(list, fresh) {
		if (fresh.querySelector("[data-chart]")) document.getElementById("no-charts")?.remove();
		for (const group of fresh.querySelectorAll("[data-chart-group]")) {
			const here = [...list.querySelectorAll("[data-chart-group]")].find((g) => g.dataset.chartGroup === group.dataset.chartGroup);
			if (!here) {
				list.append(document.adoptNode(group));
				continue;
			}
			for (const figure of group.querySelectorAll("[data-chart]")) {
				if (!document.getElementById(figure.id)) here.querySelector(".charts").append(document.adoptNode(figure));
			}
			here.querySelector("summary small").textContent = group.querySelector("summary small").textContent;
		}
		filter();
	}

	document.addEventListener("input", (event) => {
		const target = event.target;
		if (target.matches("[data-chart-smooth]")) {
			const sm = Math.round(10 ** (target.value / 10));
			target.form.elements.sm.value = sm > 1 ? sm : "";
			clearTimeout(page.later);
			page.later = setTimeout(() => change({ sm }, false), 80);
		} else if (target.matches("[data-chart-filter] [name=only]")) {
			clearTimeout(page.filtering);
			page.filtering = setTimeout(() => change({ only: target.value.trim() }), 200);
		}
	});
	document.addEventListener("change", (event) => {
		const form = event.target.closest("[data-chart-tools]");
		if (!form) return;
		clearTimeout(page.later);
		const at = form.elements, sm = Math.round(Number(at.sm.value)) || 0;
		change({ x: at.x.value, sm: sm > 1 ? Math.min(sm, 10000) : 0, logx: at.logx.checked, logy: at.logy.checked, out: at.out.checked });
	});
	document.addEventListener("submit", (event) => {
		if (event.target.matches("[data-chart-tools], [data-chart-filter]")) event.preventDefault();
	});
	document.addEventListener("click", (event) => {
		if (event.target.closest("[data-chart-reset]")) {
			event.preventDefault();
			page.zoom(null);
		}
		for (const menu of document.querySelectorAll(".chart-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
		const button = event.target.closest("[data-chart-action]");
		const chart = button && charts.get(button.closest("[data-chart]"));
		if (!chart) return;
		if (button.dataset.chartAction === "large") button.textContent = chart.figure.classList.toggle("large") ? "Smaller" : "Larger";
		else if (chart.u) chart.png();
		button.closest("details").open = false;
	});
	window.addEventListener("popstate", () => {
		const before = shown;
		shown = read();
		apply(before);
	});

	const redraw = () => { for (const chart of charts.values()) chart.changed(); };
	document.addEventListener("exprec:theme", redraw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

	document.addEventListener("DOMContentLoaded", () => {
		adopt();
		links();
		for (const list of document.querySelectorAll("[data-charts-of]")) list.addEventListener("exprec:changed", () => more(list));
		let later = 0;
		new MutationObserver((records) => {
			const charts = (nodes) => [...nodes].some((n) => n.nodeType === 1 && (n.matches("[data-chart]") || n.querySelector("[data-chart]")));
			if (later || !records.some((r) => charts(r.addedNodes) || charts(r.removedNodes))) return;
			later = setTimeout(() => { later = 0; adopt(); links(); }, 0);
		}).observe(document.body, { childList: true, subtree: true });
	});

	window.exprec.addKey("s", () => document.querySelector("[data-chart-smooth]")?.focus());
	window.exprec.addKey("l", () => { if (charts.size > 0) change({ logy: !shown.logy }); });
	window.exprec.charts = charts;
}
