// How a chart looks: its axes and lines, and the marks of what is no number.
"use strict";
{
	const { Chart, chartFrame: frame, axes } = window.exprec;

	Object.assign(Chart.prototype, {
		options(state) {
			const look = getComputedStyle(this.plot);
			const text = { stroke: look.color, font: "11px " + look.fontFamily, gap: 5 };
			const rules = { stroke: look.borderTopColor, width: 1 };
			const distr = (log) => (log ? { distr: 3, log: 10 } : { distr: 1 });
			const axis = (scale, more) => ({
				scale, ...text, grid: rules, ticks: { show: false },
				// uPlot only takes steps from its own list, which ends before some values do.
				space: () => 1,
				incrs: (u, n, lo, hi) => [Math.max(5, hi - lo)],
				filter: (u, splits) => splits,
				...more,
			});
			return {
				mode: 2, width: this.plot.clientWidth, height: this.plot.clientHeight,
				padding: [frame.top, frame.right, 0, 0],
				legend: { show: false },
				scales: {
					x: { time: false, auto: false, range: () => this.xRange, ...distr(state.logx) },
					y: { auto: false, range: () => this.yRange, ...distr(state.logy) },
				},
				axes: [
					axis("x", {
						size: frame.below,
						splits: (u, n, lo, hi) => fitting(state, lo, hi, u.bbox.width / devicePixelRatio),
						values: (u, splits) => xLabels(state, splits),
					}),
					axis("y", {
						size: frame.left,
						splits: (u, n, lo, hi) => axes.ticks(lo, hi, u.bbox.height / devicePixelRatio / 36, state.logy),
						values: (u, splits) => splits.map(axes.label),
					}),
				],
				series: [{}, ...this.series(state)],
				cursor: {
					y: false, points: { show: false }, dataIdx: () => null,
					drag: { x: true, y: false, setScale: false, dist: 4 },
					bind: { dblclick: () => () => { this.page.zoom(null); return null; } },
				},
				hooks: {
					draw: [(u) => this.extras(u)],
					setSelect: [(u) => this.selected(u)],
					setCursor: [(u) => this.pointed(u)],
				},
			};
		},

		series(state) {
			const all = (alpha, width) => this.lines.map(({ li }) => ({
				stroke: getComputedStyle(li).color, width, alpha, points: { show: false }, paths: uPlot.paths.linear(),
				facets: [{ scale: "x", auto: true, sorted: 1 }, { scale: "y", auto: true }],
			}));
			return state.sm > 1 ? [...all(0.28, 1), ...all(1, 1.5)] : all(1, 1);
		},

		// extras draws what lines cannot show: values between two gaps, and where
		// values are no numbers. Lines of few points show each.
		extras(u) {
			const ctx = u.ctx, ratio = devicePixelRatio;
			ctx.save();
			ctx.beginPath();
			ctx.rect(u.bbox.left - 4 * ratio, u.bbox.top - 4 * ratio, u.bbox.width + 8 * ratio, u.bbox.height + 8 * ratio);
			ctx.clip();
			this.data.forEach((line, i) => {
				if (!line) return;
				ctx.fillStyle = ctx.strokeStyle = getComputedStyle(this.lines[i].li).color;
				this.dots(u, line);
				this.marks(u, line);
			});
			ctx.restore();
		},

		dots(u, { x, y }) {
			const few = x.length * 14 * devicePixelRatio < u.bbox.width;
			const [lo, hi] = this.xRange;
			for (let i = 0; i < x.length; i++) {
				if (y[i] == null || x[i] < lo || x[i] > hi || (!few && (y[i - 1] != null || y[i + 1] != null))) continue;
				u.ctx.beginPath();
				u.ctx.arc(u.valToPos(x[i], "x", true), u.valToPos(y[i], "y", true), 2 * devicePixelRatio, 0, 2 * Math.PI);
				u.ctx.fill();
			}
		},

		// marks stand at the lower edge for NaN (a cross) and -Inf, at the upper one for
		// +Inf (triangles).
		marks(u, { marks }) {
			const ctx = u.ctx, size = 3 * devicePixelRatio;
			const last = { "-1": -Infinity, 0: -Infinity, 1: -Infinity };
			for (const [x, kind] of marks) {
				const at = u.valToPos(x, "x", true);
				if (!(at >= u.bbox.left && at <= u.bbox.left + u.bbox.width) || at - last[kind] < frame.marksApart * devicePixelRatio) continue;
				last[kind] = at;
				const edge = kind > 0 ? u.bbox.top + size : u.bbox.top + u.bbox.height - size;
				ctx.beginPath();
				if (kind === 0) {
					ctx.moveTo(at - size, edge - size); ctx.lineTo(at + size, edge + size);
					ctx.moveTo(at + size, edge - size); ctx.lineTo(at - size, edge + size);
					ctx.stroke();
				} else {
					ctx.moveTo(at, edge - kind * size); ctx.lineTo(at + size, edge + kind * size); ctx.lineTo(at - size, edge + kind * size);
					ctx.fill();
				}
			}
		},

		// selected zooms into what was dragged over, on all charts of the page.
		selected(u) {
			const { left, width } = u.select;
			if (width < 4) return;
			const range = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
			u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
			this.page.zoom(rounded(range, this.page.state()));
		},

		// png saves the chart as it is seen, on its background and under its name.
		png() {
			const source = this.u.ctx.canvas, ratio = devicePixelRatio, head = Math.round(26 * ratio);
			const canvas = document.createElement("canvas");
			canvas.width = source.width;
			canvas.height = source.height + head;
			const ctx = canvas.getContext("2d");
			const look = getComputedStyle(this.figure);
			ctx.fillStyle = look.backgroundColor;
			ctx.fillRect(0, 0, canvas.width, canvas.height);
			ctx.fillStyle = look.color;
			ctx.font = `600 ${13 * ratio}px ${look.fontFamily}`;
			ctx.fillText(this.figure.dataset.chart, 8 * ratio, 17 * ratio, canvas.width - 16 * ratio);
			ctx.drawImage(source, 0, head);
			canvas.toBlob((blob) => {
				const link = document.createElement("a");
				link.href = URL.createObjectURL(blob);
				link.download = this.figure.dataset.chart.replace(/[^\w.-]+/g, "-") + ".png";
				link.click();
				setTimeout(() => URL.revokeObjectURL(link.href), 10000);
			});
		},
	});

	// fitting gives as many ticks as have room for their labels.
	function fitting(state, lo, hi, width) {
		for (let n = Math.min(12, Math.floor(width / 45)); n > 2; n--) {
			const ticks = xTicks(state, lo, hi, n);
			const longest = Math.max(...xLabels(state, ticks).map((l) => l.length));
			if (ticks.length * (longest * 6.5 + 12) <= width) return ticks;
		}
		const few = xTicks(state, lo, hi, 2);
		return few.length > 0 ? few : [(lo + hi) / 2];
	}

	function xTicks(state, lo, hi, n) {
		if (state.logx) return axes.ticks(lo, hi, n, true);
		if (state.x === "time") return axes.spanTicks(lo, hi, n);
		if (state.x === "wall") return axes.clockTicks(lo, hi, n);
		return axes.ticks(lo, hi, n, false);
	}

	function xLabels(state, splits) {
		if (state.x === "time") return splits.map(axes.span);
		if (state.x === "wall") return splits.map((s) => axes.clockLabel(s, splits.at(-1) - splits[0]));
		return splits.map(axes.label);
	}

	// rounded is a range short enough for a URL: whole steps, or a thousandth of it.
	function rounded([lo, hi], { x, logx }) {
		if (x === "" && hi - lo >= 20) return [Math.round(lo), Math.round(hi)];
		if (logx) return [Number(lo.toPrecision(4)), Number(hi.toPrecision(4))];
		const digits = Math.min(15, Math.max(0, 3 - Math.floor(Math.log10(hi - lo))));
		const range = [Number(lo.toFixed(digits)), Number(hi.toFixed(digits))];
		return range[0] < range[1] ? range : [lo, hi];
	}
}
