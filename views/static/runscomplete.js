// Completion of the search box: a list of what may stand at the cursor, worked by
// the arrow keys, Enter, Tab and Escape, or the pointer.
"use strict";

(() => {
	const input = () => document.getElementById("q");
	const list = () => document.getElementById("offers");
	let answer = { from: 0, to: 0, offers: [] };
	let active = -1;
	let asked = null; // the request under way
	let timer = 0;

	function close() {
		clearTimeout(timer);
		asked?.abort();
		active = -1;
		answer = { from: 0, to: 0, offers: [] };
		const box = input(), offers = list();
		if (!offers) return;
		offers.hidden = true;
		offers.replaceChildren();
		box.setAttribute("aria-expanded", "false");
		box.removeAttribute("aria-activedescendant");
	}

	function draw() {
		const box = input(), offers = list();
		offers.replaceChildren(...answer.offers.map((offer, i) => {
			const item = document.createElement("li");
			item.id = "offer-" + i;
			item.setAttribute("role", "option");
			item.setAttribute("aria-selected", String(i === active));
			const text = document.createElement("code");
			text.textContent = offer.text;
			item.append(text);
			if (offer.about) {
				const about = document.createElement("small");
				about.textContent = offer.about;
				item.append(about);
			}
			return item;
		}));
		offers.hidden = answer.offers.length === 0;
		box.setAttribute("aria-expanded", String(!offers.hidden));
		if (active >= 0) {
			box.setAttribute("aria-activedescendant", "offer-" + active);
			offers.children[active]?.scrollIntoView({ block: "nearest" });
		} else {
			box.removeAttribute("aria-activedescendant");
		}
	}

	async function ask() {
		asked?.abort();
		asked = new AbortController();
		const box = input();
		const state = new URLSearchParams({ q: box.value, at: box.selectionStart });
		try {
			const reply = await fetch("/api/complete?" + state, { signal: asked.signal });
			if (!reply.ok) return;
			answer = await reply.json();
		} catch {
			return; // a newer question, or no server: nothing to offer
		}
		active = -1;
		if (document.activeElement === input()) draw();
	}

	function take(i) {
		const offer = answer.offers[i];
		const box = input();
		if (!offer) return;
		const { from, to } = answer;
		const goesOn = /[=:(]$|\.\.$/.test(offer.text);
		const end = to >= box.value.length;
		box.setRangeText(offer.text + (goesOn || !end ? "" : " "), from, to, "end");
		close();
		box.dispatchEvent(new InputEvent("input", { bubbles: true }));
	}

	document.addEventListener("input", (event) => {
		if (event.target.id !== "q") return;
		clearTimeout(timer);
		timer = setTimeout(ask, 60);
	});
	document.addEventListener("keydown", (event) => {
		if (event.target.id !== "q") return;
		const open = answer.offers.length > 0;
		const n = answer.offers.length;
		switch (event.key) {
		case "ArrowDown":
		case "ArrowUp":
			event.preventDefault();
			if (!open) {
				ask();
				return;
			}
			active = event.key === "ArrowDown" ? (active + 1) % n : (active <= 0 ? n - 1 : active - 1);
			draw();
			return;
		case "Enter":
			if (open && active >= 0) {
				event.preventDefault();
				take(active);
			} else {
				close();
			}
			return;
		case "Tab":
			if (open && active >= 0) {
				event.preventDefault();
				take(active);
			}
			return;
		case "Escape":
			if (open) {
				event.preventDefault();
				close();
			} else {
				event.target.blur();
			}
		}
	});
	document.addEventListener("pointerdown", (event) => {
		const item = event.target.closest("#offers li");
		if (!item) return;
		event.preventDefault();
		take([...item.parentNode.children].indexOf(item));
	});
	document.addEventListener("htmx:after:swap", () => {
		if (answer.offers.length > 0 && document.activeElement === input()) draw();
	});
	document.addEventListener("focusout", (event) => {
		if (event.target.id === "q") close();
	});
})();
