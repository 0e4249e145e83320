// What all pages share: colours, copying, times, and the keyboard. Everything
// here refines a page that works without it.
"use strict";

document.documentElement.classList.add("script");

// The colours: a cookie, so that the server sends the next page in them.
function changeTheme() {
	const root = document.documentElement;
	const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
	root.dataset.theme = dark ? "light" : "dark";
	document.cookie = "exprec-theme=" + root.dataset.theme + "; path=/; max-age=31536000; samesite=lax";
	document.dispatchEvent(new CustomEvent("exprec:theme"));
}

// Copying: the clipboard is missing where the page is no secure context.
async function copyText(text) {
	if (navigator.clipboard) {
		try {
			await navigator.clipboard.writeText(text);
			return;
		} catch {
			// refused: the old way is left
		}
	}
	const area = document.createElement("textarea");
	area.value = text;
	area.setAttribute("aria-hidden", "true");
	area.className = "visually-hidden";
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
}

document.addEventListener("click", async (event) => {
	const button = event.target.closest("[data-copy]");
	if (button) {
		const label = button.textContent;
		await copyText(button.dataset.copy);
		button.textContent = "Copied";
		setTimeout(() => { button.textContent = label; }, 1500);
	}
	if (event.target.closest("#theme")) changeTheme();
	if (event.target.closest("#help")) document.getElementById("keys").showModal();
});

// Of tabs that a small screen cannot show at once, the one that is open is seen.
document.addEventListener("DOMContentLoaded", () => {
	const tab = document.querySelector(".tabs [aria-current]");
	if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
});

// A form that takes long says so, and is sent once.
document.addEventListener("submit", (event) => {
	const button = event.target.querySelector("[data-busy]");
	if (!button) return;
	if (button.getAttribute("aria-disabled")) {
		event.preventDefault();
		return;
	}
	button.setAttribute("aria-disabled", "true");
	button.textContent = button.dataset.busy;
});

// Times in the reader's own zone.
function localTimes(root) {
	for (const time of root.querySelectorAll("time[datetime]")) {
		const when = new Date(time.dateTime);
		if (!isNaN(when)) time.title = when.toLocaleString();
	}
}
document.addEventListener("DOMContentLoaded", () => localTimes(document));

// The keyboard. Other scripts add keys: addKey("j", () => …).
const keyActions = new Map();
function addKey(key, action) { keyActions.set(key, action); }
window.exprec = { addKey, copyText, localTimes };

let pending = "";
document.addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
	const key = pending + event.key;
	pending = "";
	const action = keyActions.get(key);
	if (action) {
		event.preventDefault();
		action(event);
	} else if ([...keyActions.keys()].some((k) => k.length === 2 && k[0] === event.key)) {
		pending = event.key;
	}
});
addKey("t", changeTheme);
addKey("?", () => document.getElementById("keys").showModal());
addKey("gr", () => { location.href = "/"; });
addKey("/", () => document.querySelector("input[type=search]")?.focus());
