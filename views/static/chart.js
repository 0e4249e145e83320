// One chart: uPlot over the server's picture, of the same size, with the points
// that its width needs.
"use strict";
{
	const { fetchLine } = window.exprec.lines;
	const axes = window.exprec.axes;
	const left = 64, right = 20, top = 10, below = 30; // pixels around the plot; fixed, so that its width is known before its data
	const marksApart = 5; // pixels

	// library is uPlot, which is fetched for the first chart that comes into view.
	let library = null;
	function plotting() {
		library ??= new Promise((resolve, reject) => {
			const script = document.createElement("script");
			script.src = document.querySelector("meta[name=exprec-plot]").content;
			script.onload = resolve;
			script.onerror = () => {
				library = null;
				reject(new Error("what draws charts did not come"));
			};
			document.head.append(script);
		});
		return library;
	}

	class Chart {
		// page says how charts are drawn: state(), zoom(range), hover(chart, x).
		constructor(figure, page) {
			this.figure = figure;
			this.page = page;
			this.plot = figure.querySelector(".chart-plot");
			this.lines = [...figure.querySelectorAll(".chart-lines > li")].map((li) => ({ li, url: li.dataset.points, label: li.textContent }));
			this.data = [];
			this.dirty = true;
			this.seen = false;
			this.size = new ResizeObserver(() => this.resize());
			this.size.observe(this.plot);
			for (const { li } of this.lines) li.addEventListener("exprec:changed", () => this.grown());
		}

		// changed makes the chart draw itself anew when it is, or comes, into view.
		changed() {
			this.dirty = true;
			if (this.seen) this.load();
		}

		// grown is changed for new points: they wait for those that are on their way.
		grown() {
			if (this.loading) this.again = true;
			else this.changed();
		}

		show(seen) {
			this.seen = seen;
			if (seen && this.dirty) this.load();
		}

		// rest gives back the memory of a chart out of view.
		rest() {
			this.abort?.abort();
			this.old?.destroy();
			this.u?.destroy();
			this.old = this.u = null;
			this.data = [];
			this.dirty = true;
			this.figure.classList.remove("drawn");
		}

		close() {
			this.rest();
			this.size.disconnect();
		}

		// load fetches what the chart needs and draws it. A newer call ends this one.
		async load() {
			this.dirty = false;
			this.abort?.abort();
			const abort = this.abort = new AbortController();
			this.loading = true;
			try {
				await plotting();
				if (abort.signal.aborted) return;
				const state = this.page.state();
				await this.prepare(state);
				const got = await this.fetch(state, abort.signal);
				if (!abort.signal.aborted) this.draw(state, got);
			} catch (error) {
				if (!abort.signal.aborted) this.fail(error);
			} finally {
				if (this.abort === abort) this.loading = false;
				if (this.again && !this.loading) {
					this.again = false;
					this.changed();
				}
			}
		}

		// prepare makes sure that there is a plot, whose width says how many points
		// are needed.
		async prepare(state) {
			const shape = this.shape(state);
			if (this.u && this.drawnShape === shape) return;
			// What is seen stays until there is something to see in its place.
			if (this.u?.root.classList.contains("waiting")) {
				this.u.destroy();
			} else {
				this.old?.destroy();
				this.old = this.u;
			}
			this.drawnShape = shape;
			this.data = [];
			this.xRange = this.xRange ?? [0, 1];
			this.yRange = axes.range(NaN, NaN, state.logy);
			if (state.logx && this.xRange[0] <= 0) this.xRange = [1, 10];
			this.u = new uPlot(this.options(state), this.columns(state), this.plot);
			this.u.root.classList.add("waiting");
			await null; // uPlot lays itself out in a microtask
		}

		// shape is what a plot cannot change once it is made.
		shape(state) {
			const colours = this.lines.map(({ li }) => getComputedStyle(li).color).join();
			return [state.x, state.sm > 1, state.logx, state.logy, colours].join("|");
		}

		// fetch gets the lines. Lines of runs that are not equally long are fetched
		// anew for the range of all, whose columns are others.
		async fetch(state, signal) {
			const columns = 2 * this.u.bbox.width;
			const range = state.z;
			let got = await Promise.all(this.lines.map((l) => fetchLine(this.url(l, state, columns, range), signal)));
			if (range === null && got.length > 1) {
				const all = this.rangeOf(got);
				const fits = (line) => !line || line.said.whole || !line.said.x || (line.said.x[0] === all[0] && line.said.x[1] === all[1]);
				got = await Promise.all(got.map((line, i) => (fits(line) ? line : fetchLine(this.url(this.lines[i], state, columns, all), signal))));
			}
			return got;
		}

		url(line, state, columns, range) {
			const q = new URLSearchParams({ w: columns });
			if (state.x !== "") q.set("x", state.x);
			if (range && range[0] < range[1] && (!state.logx || range[0] > 0)) {
				// One column more on each side: the strokes at the edges show a part of it.
				const [lo, hi] = range, share = 1 / columns;
				q.set("from", state.logx ? lo / (hi / lo) ** share : lo - (hi - lo) * share);
				q.set("to", state.logx ? hi * (hi / lo) ** share : hi + (hi - lo) * share);
				q.set("w", columns + 2);
			} else if (range) {
				q.set("from", range[0]);
				q.set("to", range[1]);
			}
			if (state.sm > 1) q.set("smooth", state.sm);
			const log = (state.logx ? "x" : "") + (state.logy ? "y" : "");
			if (log) q.set("log", log);
			if (state.out) q.set("out", "1");
			return line.url + "&" + q;
		}

		rangeOf(got) {
			let lo = Infinity, hi = -Infinity;
			for (const line of got) {
				if (!line?.said.x) continue;
				lo = Math.min(lo, line.said.x[0]);
				hi = Math.max(hi, line.said.x[1]);
			}
			return lo <= hi ? [lo, hi] : [0, 1];
		}

		// draw shows the lines. The range of x is the zoom or all of it, so new points
		// do not move what the reader looks at.
		draw(state, got) {
			this.data = got;
			let [lo, hi] = state.z ?? this.rangeOf(got);
			if (state.logx && lo <= 0) lo = Math.min(hi / 10, 1) || 1e-3;
			if (state.logx && hi <= lo) hi = lo * 10;
			if (lo === hi) [lo, hi] = state.logx ? [lo / 2, hi * 2] : axes.range(lo, hi, false);
			this.xRange = [lo, hi];
			this.yRange = this.heights(state);
			this.old?.destroy();
			this.old = null;
			this.u.root.classList.remove("waiting");
			this.align(state);
			this.u.setData(this.columns(state), false);
			this.u.setScale("x", { min: null, max: null });
			this.u.setScale("y", { min: null, max: null });
			this.figure.classList.add("drawn");
			this.say(got);
		}

		// align puts lines on whole pixels where their points were thinned out for
		// them, and lets none reach into the next pixel: so the picture is that of all
		// points. Others are drawn finer.
		align(state) {
			this.u.series.forEach((series, n) => {
				if (n === 0) return;
				const whole = this.data[(n - 1) % this.lines.length]?.said.whole;
				series.pxAlign = whole ? 0 : 1;
				series.pxRound = whole ? (v) => v : Math.round;
				if (!(state.sm > 1)) series.width = whole ? 1.5 : 1;
			});
		}

		// columns are the lines as uPlot takes them: the raw ones, and smoothed ones
		// above all of those.
		columns(state) {
			const of = (line, y) => (line && y ? [line.x, y] : [[], []]);
			const each = this.lines.map((_, i) => this.data[i]);
			const data = [null, ...each.map((line) => of(line, line?.y))];
			if (state.sm > 1) data.push(...each.map((line) => of(line, line?.smooth)));
			return data;
		}

		// heights is the range of y of what is in view.
		heights(state) {
			let lo = Infinity, hi = -Infinity, from = Infinity, to = -Infinity;
			for (const line of this.data) {
				if (!line) continue;
				for (const y of [line.y, line.smooth]) {
					if (!y) continue;
					for (let i = 0; i < y.length; i++) {
						if (y[i] === null || line.x[i] < this.xRange[0] || line.x[i] > this.xRange[1] || (state.logy && y[i] <= 0)) continue;
						if (y[i] < lo) lo = y[i];
						if (y[i] > hi) hi = y[i];
					}
				}
				if (line.said.y) {
					from = Math.min(from, line.said.y[0]);
					to = Math.max(to, line.said.y[1]);
				}
			}
			if (state.out && Math.max(lo, from) <= Math.min(hi, to)) {
				lo = Math.max(lo, from);
				hi = Math.min(hi, to);
			}
			return axes.range(lo, hi, state.logy);
		}

		// say puts the last value and what the server says of the points under the
		// chart.
		say(got) {
			const lines = got.filter(Boolean);
			if (got[0] && this.lines.every(({ li }, n) => n === 0 || "earlier" in li.dataset)) {
				const last = this.figure.querySelector(".chart-last");
				last.textContent = got[0].said.last;
				last.title = got[0].said.exact;
			}
			const notes = new Set(lines.flatMap((l) => l.said.notes ?? []));
			if (lines.length === 0) notes.add("nothing logged under this name");
			this.note([...notes]);
		}

		note(notes) {
			this.figure.querySelector(".chart-notes").replaceChildren(...notes.map((text) => {
				const span = document.createElement("span");
				span.textContent = text;
				return span;
			}));
		}

		// fail shows the server's picture again where nothing else is to be seen.
		fail(error) {
			if (this.u?.root.classList.contains("waiting") && !this.old) this.figure.classList.remove("drawn");
			this.note(["not drawn: " + error.message]);
			this.figure.querySelector(".chart-notes > span").classList.add("bad");
			this.dirty = true;
		}

		resize() {
			if (!this.u) return;
			const { clientWidth: width, clientHeight: height } = this.plot;
			if (width === 0 || (width === this.u.width && height === this.u.height)) return;
			this.u.setSize({ width, height });
			clearTimeout(this.later);
			this.later = setTimeout(() => this.changed(), 150);
		}
	}

	Object.assign(window.exprec, { Chart, chartFrame: { left, right, top, below, marksApart } });
}
