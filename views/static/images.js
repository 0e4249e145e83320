// The images of a run: the slider goes over the steps there are, without loading
// the page anew; an image opens as large as the window.
"use strict";
{
	let region, rows, steps, now, playing;

	// take reads what the page holds. The slider of the page goes over numbers; this
	// one over the steps there are.
	function take() {
		region = document.getElementById("images");
		rows = [...(region?.querySelectorAll("[data-images-name]") ?? [])].map((row) => ({
			row, name: row.dataset.imagesName, steps: row.dataset.imagesSteps.split(" ").map(Number),
		}));
		if (rows.length === 0) return;
		steps = [...new Set(rows.flatMap((r) => r.steps))].sort((a, b) => a - b);
		const chosen = new URLSearchParams(location.search).get("step");
		now = chosen === null ? steps.at(-1) : Number(chosen);
		const slider = region.querySelector("[type=range]");
		slider.removeAttribute("name");
		slider.min = 0;
		slider.max = steps.length - 1;
		slider.step = 1;
		slider.value = nearest(steps, now);
		slider.setAttribute("aria-valuetext", now);
		arrows();
	}

	// nearest is the index of the step next to one; of two the earlier, as on the
	// server.
	function nearest(list, step) {
		let best = 0;
		for (let i = 1; i < list.length; i++) if (Math.abs(list[i] - step) < Math.abs(list[best] - step)) best = i;
		return best;
	}

	function source(img, step) {
		const url = new URL(img.src);
		url.searchParams.set("step", step);
		return url.pathname + url.search;
	}

	// go shows the images near a step.
	function go(step, remember = true) {
		now = step;
		for (const { row, name, steps: own } of rows) {
			const real = own[nearest(own, step)];
			const link = row.querySelector("[data-images-open]"), img = link.querySelector("img");
			const src = source(img, real);
			if (img.getAttribute("src") !== src) {
				img.src = src;
				link.href = src;
				img.alt = `${name} at step ${real}`;
				row.querySelector("[data-images-real]").textContent = real;
			}
			for (const small of row.querySelectorAll("[data-images-film]")) {
				if (Number(small.dataset.imagesFilm) === real) small.setAttribute("aria-current", "page"); else small.removeAttribute("aria-current");
			}
		}
		const slider = region.querySelector("[type=range]");
		slider.value = nearest(steps, step);
		slider.setAttribute("aria-valuetext", step);
		region.querySelector("[data-images-step]").textContent = step;
		arrows();
		if (remember) {
			const url = new URL(location.href);
			url.searchParams.set("step", step);
			history.replaceState(history.state, "", url);
		}
	}

	// arrows lets the links to other steps lead on from here.
	function arrows() {
		const set = (link, step) => {
			if (step === undefined) {
				link.removeAttribute("href");
				link.setAttribute("aria-disabled", "true");
				link.setAttribute("role", "link");
				return;
			}
			const url = new URL(location.href);
			url.searchParams.set("step", step);
			link.href = url.pathname + url.search;
			link.removeAttribute("aria-disabled");
			link.dataset.imagesGo = step;
		};
		set(region.querySelector("[data-images-earlier]"), steps.filter((s) => s < now).at(-1));
		set(region.querySelector("[data-images-later]"), steps.find((s) => s > now));
		for (const { row, steps: own } of rows) {
			const at = nearest(own, now);
			set(row.querySelector("[data-images-before]"), own[at - 1]);
			set(row.querySelector("[data-images-after]"), own[at + 1]);
		}
	}

	function stop() {
		const played = playing !== undefined;
		clearInterval(playing);
		playing = undefined;
		if (played) caughtUp();
		const button = region?.querySelector("[data-images-play]");
		if (button) button.textContent = "Play";
	}

	function play(button) {
		if (playing) return stop();
		button.textContent = "Stop";
		if (now >= steps.at(-1)) go(steps[0]);
		playing = setInterval(() => {
			const next = steps.find((s) => s > now);
			if (next === undefined) stop(); else go(next);
		}, 500);
	}

	// The dialog with one image.
	let open;
	function show(row, index) {
		open = { row, index: Math.max(0, Math.min(index, row.steps.length - 1)) };
		const dialog = document.getElementById("image-dialog"), step = row.steps[open.index];
		const main = row.row.querySelector("[data-images-open] img"), img = dialog.querySelector("img");
		img.src = source(main, step);
		img.alt = `${row.name} at step ${step}`;
		img.classList.toggle("pixels", main.classList.contains("pixels"));
		dialog.querySelector("h2").textContent = `${row.name} · step ${step} · ${main.getAttribute("width")} × ${main.getAttribute("height")}`;
		dialog.querySelector('[data-images-dialog="-1"]').disabled = open.index === 0;
		dialog.querySelector('[data-images-dialog="1"]').disabled = open.index === row.steps.length - 1;
		if (!dialog.open) dialog.showModal();
	}

	document.addEventListener("input", (event) => {
		if (region?.contains(event.target) && event.target.matches("[type=range]")) {
			stop();
			go(steps[event.target.value]);
		}
	});
	document.addEventListener("submit", (event) => {
		if (event.target.matches("[data-images-form]")) event.preventDefault();
	});
	document.addEventListener("click", (event) => {
		if (!region?.contains(event.target) || event.ctrlKey || event.metaKey || event.shiftKey) return;
		const find = (selector) => event.target.closest(selector);
		const button = find("[data-images-play]");
		if (button) return play(button);
		const turn = find("[data-images-dialog]");
		if (turn) return show(open.row, open.index + Number(turn.dataset.imagesDialog));
		const link = find("[data-images-go], [data-images-film]");
		if (link?.hasAttribute("href")) {
			event.preventDefault();
			stop();
			go(Number(link.dataset.imagesGo ?? link.dataset.imagesFilm));
		}
		const image = find("[data-images-open]");
		if (image) {
			event.preventDefault();
			const row = rows.find((r) => r.row.contains(image));
			show(row, nearest(row.steps, now));
		}
	});
	document.addEventListener("keydown", (event) => {
		if (!event.target.closest("#image-dialog") || !open) return;
		if (event.key === "ArrowLeft") show(open.row, open.index - 1);
		if (event.key === "ArrowRight") show(open.row, open.index + 1);
	});
	window.addEventListener("popstate", () => { if (rows?.length) take(); });

	// more brings in what a run that goes on logged meanwhile. Who has chosen no step
	// sees the newest; an open dialog is left alone.
	// It asks once in a while, and after the last change.
	let asking = false, again = false;
	async function more() {
		if (asking || document.getElementById("image-dialog")?.open || playing) {
			again = true;
			return;
		}
		asking = true;
		try {
			const answer = await fetch(location.href);
			if (!answer.ok) return;
			const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("images");
			if (!fresh || document.activeElement?.matches("#images [type=range]:active")) return;
			region.replaceChildren(...document.adoptNode(fresh).childNodes);
			take();
		} catch {
			// the next change asks again
		} finally {
			setTimeout(() => {
				asking = false;
				caughtUp();
			}, 1000);
		}
	}

	function caughtUp() {
		if (!again) return;
		again = false;
		more();
	}

	document.addEventListener("DOMContentLoaded", () => {
		take();
		region?.addEventListener("close", caughtUp, true); // the dialog
		region?.addEventListener("exprec:changed", more);
	});
}
