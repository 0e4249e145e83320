// The pointer on a chart: the values beside it, and its place on the other charts of
// the page.
"use strict";
{
	const { Chart, chartFrame: frame, axes } = window.exprec;
	const { nearestValue } = window.exprec.lines;
	const tipLines = 10; // of a chart with many lines the tip names those next to the pointer

	Object.assign(Chart.prototype, {
		// pointed shows the values at the pointer, and its place on the other charts.
		pointed(u) {
			if (this.following) return;
			const at = u.cursor.left;
			const x = at >= 0 && at <= u.bbox.width / devicePixelRatio ? u.posToVal(at, "x") : null;
			this.mark(x, true);
			this.page.hover(this, x);
		},

		// follow shows where the pointer is on another chart.
		follow(x) {
			if (!this.u) return;
			const inside = x !== null && x >= this.xRange[0] && x <= this.xRange[1];
			this.following = true;
			this.u.setCursor(inside ? { left: this.u.valToPos(x, "x"), top: 0 } : { left: -10, top: -10 });
			this.following = false;
			this.mark(inside ? x : null, false);
		},

		// mark puts a dot on each line at x, and the tip beside the pointer.
		mark(x, tip) {
			this.dotsShown?.forEach((dot) => dot.remove());
			this.dotsShown = [];
			if (this.tip) this.tip.hidden = true;
			if (x === null || !this.u || this.data.length === 0) return;
			const rows = [];
			this.data.forEach((line, n) => {
				const i = line ? nearestValue(line, x) : -1;
				if (i < 0) return;
				const shown = line.smooth?.[i] ?? line.y[i];
				const place = { left: this.u.valToPos(line.x[i], "x"), top: this.u.valToPos(shown, "y") };
				rows.push({ line, n, i, place });
				this.dot(n, place);
			});
			if (tip && rows.length > 0) this.showTip(rows);
		},

		dot(n, { left, top }) {
			const { width, height } = this.u.over.getBoundingClientRect();
			if (!(left >= -1 && left <= width + 1 && top >= -1 && top <= height + 1)) return;
			const dot = document.createElement("span");
			dot.className = "chart-dot " + this.lines[n].li.className;
			dot.style.transform = `translate(${left}px, ${top}px)`;
			this.u.over.append(dot);
			this.dotsShown.push(dot);
		},

		showTip(rows) {
			const { left, top } = this.u.cursor;
			const state = this.page.state();
			if (!this.tip) {
				this.tip = document.createElement("div");
				this.tip.className = "chart-tip";
				this.plot.append(this.tip);
			}
			rows.sort((a, b) => Math.abs(a.place.top - top) - Math.abs(b.place.top - top));
			const nearestX = rows[0].line.x[rows[0].i];
			const head = document.createElement("p");
			head.textContent = (state.x === "" ? "step " : "") + xWord(state, nearestX);
			const kept = rows.slice(0, tipLines).sort((a, b) => a.n - b.n);
			this.tip.replaceChildren(head, ...kept.map((row) => tipRow(this.lines[row.n], row.line, row.i)));
			if (rows.length > kept.length) {
				const more = document.createElement("p");
				more.textContent = `${rows.length - kept.length} more`;
				this.tip.append(more);
			}
			this.tip.hidden = false;
			const box = this.tip.getBoundingClientRect(), width = this.plot.clientWidth;
			let at = frame.left + left + 14;
			if (at + box.width > width) at = Math.max(0, frame.left + left - 14 - box.width);
			this.tip.style.transform = `translate(${at}px, ${Math.max(0, Math.min(top, this.plot.clientHeight - box.height))}px)`;
		},
	});

	function tipRow({ li, label }, line, i) {
		const row = document.createElement("p");
		const swatch = document.createElement("span"), name = document.createElement("span"), value = document.createElement("strong");
		swatch.className = "swatch " + li.className;
		name.textContent = label;
		value.textContent = line.smooth ? `${axes.value(line.smooth[i])} (${axes.value(line.y[i])})` : axes.value(line.y[i]);
		if (line.smooth) value.title = "smoothed, and as logged";
		row.append(swatch, name, value);
		return row;
	}

	function xWord(state, x) {
		if (state.x === "time") return axes.span(x);
		if (state.x === "wall") return new Date(x * 1000).toLocaleString();
		return x.toLocaleString("en", { maximumFractionDigits: 12 });
	}
}
