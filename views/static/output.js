// The output of a run: it follows what is printed, loads older lines when the
// reader gets there, and keeps links to lines in the address.
"use strict";

(() => {
	const maxLines = 5000; // kept on the page while following
	const box = document.getElementById("console");
	if (!box) return;
	const follow = document.getElementById("output-follow");
	const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 40;
	const toEnd = () => { box.scrollTop = box.scrollHeight; };
	const fromPage = (text) => new DOMParser().parseFromString(text, "text/html");
	const number = (line) => Number(line.id.slice(1));

	// The end is what most readers want; a link to a line goes there instead.
	if (!location.hash && !new URLSearchParams(location.search).has("page")) toEnd();

	box.addEventListener("click", (event) => {
		const link = event.target.closest("a.n");
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		history.replaceState(history.state, "", link.href);
		location.replace(link.hash); // marks the line; nothing is loaded
	});

	// Following: only what changed is asked for.
	let busy = false, again = false;
	async function news() {
		if (busy) { again = true; return; }
		busy = true;
		do {
			again = false;
			const url = new URL(box.dataset.follow, location.href);
			url.searchParams.set("after", box.dataset.last);
			url.searchParams.set("at", box.dataset.at);
			try {
				const answer = await fetch(url);
				if (answer.ok) take(fromPage(await answer.text()).getElementById("console"));
			} catch {
				// the server is gone: the next notice asks again
			}
		} while (again);
		busy = false;
	}

	function take(part) {
		if (!part) return;
		const end = follow ? follow.checked : atEnd();
		if (Number(part.dataset.first) > Number(box.dataset.last) + 1) box.replaceChildren();
		for (const line of [...part.querySelectorAll(".l")]) {
			const old = document.getElementById(line.id);
			if (old) old.replaceWith(line);
			else box.append(line);
		}
		box.dataset.last = part.dataset.last;
		box.dataset.at = part.dataset.at;
		if (!end) return;
		const lines = box.querySelectorAll(".l");
		for (let i = 0; i < lines.length - maxLines; i++) lines[i].remove();
		toEnd();
	}

	if (box.dataset.follow) {
		box.addEventListener("exprec:changed", news);
		let last = box.scrollTop;
		box.addEventListener("scroll", () => {
			if (follow && (atEnd() || box.scrollTop < last)) follow.checked = atEnd();
			last = box.scrollTop;
		}, { passive: true });
		follow?.addEventListener("change", () => { if (follow.checked) toEnd(); });
	}

	// Older lines come when the reader is at the first one.
	let loading = false;
	async function older() {
		const nav = document.querySelector("[data-older]");
		const link = nav?.querySelector("a.button");
		if (!link || loading) return;
		loading = true;
		try {
			const answer = await fetch(link.href);
			if (answer.ok) prepend(fromPage(await answer.text()), nav);
		} catch {
			// the link stays, to be followed by hand
		}
		loading = false;
	}

	function prepend(page, nav) {
		const first = box.querySelector(".l");
		const lines = [...page.querySelectorAll("#console .l")].filter((line) => !first || number(line) < number(first));
		const height = box.scrollHeight, top = box.scrollTop;
		first ? first.before(...lines) : box.append(...lines);
		box.scrollTop = top + box.scrollHeight - height;
		const next = page.querySelector("[data-older]");
		if (next) nav.replaceWith(document.importNode(next, true));
		else nav.remove();
	}

	box.addEventListener("scroll", () => { if (box.scrollTop < 200) older(); }, { passive: true });
})();
