// The page of a comparison: its link with the name of this server.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
	for (const button of document.querySelectorAll("[data-copy-link]")) {
		button.dataset.copy = new URL(button.dataset.copyLink, location.href).href;
	}
});
