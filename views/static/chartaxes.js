// The axes of charts: ranges with room, ticks at round values, and labels that
// are true.
"use strict";
{
	const largest = Number.MAX_VALUE, smallest = 5e-324;

	// range gives an axis from lo to hi some room. There always is an axis: one
	// value, or none, gets room around it.
	function range(lo, hi, log) {
		if (!(lo <= hi)) return log ? [0.1, 1] : [0, 1];
		if (log) {
			const room = lo === hi ? 1.5 : 10 ** ((Math.log10(hi) - Math.log10(lo)) * 0.05);
			return [Math.max(lo / room, smallest), Math.min(hi * room, largest)];
		}
		const room = lo === hi ? Math.abs(lo) * 0.1 || 1 : (hi / 2 - lo / 2) * 0.1;
		return [Math.max(lo - room, -largest), Math.min(hi + room, largest)];
	}

	// step is a step of 1, 2 or 5 times a power of ten, about n of which fill the
	// range: its digit and its exponent, so that ticks are made without rounding.
	function step(lo, hi, n) {
		const rough = (hi / n) - (lo / n);
		let exponent = Math.floor(Math.log10(rough));
		for (const digit of [1, 2, 5, 10]) {
			if (Number(digit + "e" + exponent) >= rough * 0.75) return digit === 10 ? [1, exponent + 1] : [digit, exponent];
		}
		return [1, exponent + 1];
	}

	function linearTicks(lo, hi, n) {
		const [digit, exponent] = step(lo, hi, n);
		const width = Number(digit + "e" + exponent);
		const first = Math.ceil(lo / width), last = Math.floor(hi / width);
		const ticks = [];
		if (!Number.isFinite(first) || !Number.isFinite(last) || Math.abs(first) > 2 ** 50 || last - first > 100) return [lo, hi];
		for (let i = first; i <= last; i++) ticks.push(i === 0 ? 0 : Number(i * digit + "e" + exponent));
		return ticks.length >= 2 ? ticks : [lo, hi];
	}

	function logTicks(lo, hi, n) {
		const first = Math.ceil(Math.log10(lo) - 1e-9), last = Math.floor(Math.log10(hi) + 1e-9);
		const decades = last - first + 1;
		if (decades < 2 || 3 * decades <= n + 1) {
			const between = [];
			for (let e = first - 1; e <= last; e++) {
				for (const digit of [1, 2, 5]) {
					const at = Number(digit + "e" + e);
					if (at >= lo && at <= hi) between.push(at);
				}
			}
			return between.length >= 2 ? between : linearTicks(lo, hi, n);
		}
		const every = Math.ceil(decades / n);
		const ticks = [];
		for (let e = Math.ceil(first / every) * every; e <= last; e += every) ticks.push(Number("1e" + e));
		return ticks;
	}

	function ticks(lo, hi, n, log) {
		return log ? logTicks(lo, hi, Math.max(n, 2)) : linearTicks(lo, hi, Math.max(n, 2));
	}

	// label writes a value so that it reads back as the value of the tick: 0.25 is
	// not 0.3, and 0.0003 is not 0.
	function label(value) {
		const rounded = Number(value.toPrecision(12));
		const size = Math.abs(rounded);
		if (size !== 0 && (size < 1e-4 || size >= 1e7)) return rounded.toExponential().replace("e+", "e");
		return size >= 1e4 ? rounded.toLocaleString("en", { maximumFractionDigits: 12 }) : String(rounded);
	}

	// value writes a value for the tip of a chart: six digits.
	function value(v) {
		return v == null ? "–" : label(Number(v.toPrecision(6)));
	}

	// Seconds as people say them.
	const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
	function spanTicks(lo, hi, n) {
		for (const [size] of units) {
			if (size === 1 || (hi - lo) / size < 2) continue;
			if (size === 86400) return linearTicks(lo / size, hi / size, n).map((t) => t * size);
			for (const every of [1, 2, 5, 10, 15, 30, 3, 6, 12].filter((e) => size !== 3600 || ![5, 10, 15, 30].includes(e)).sort((a, b) => a - b)) {
				if ((hi - lo) / (size * every) > n) continue;
				const result = [];
				for (let t = Math.ceil(lo / (size * every)); t * size * every <= hi; t++) result.push(t * size * every);
				return result;
			}
		}
		return linearTicks(lo, hi, n);
	}
	function span(seconds) {
		const sign = seconds < 0 ? "−" : "";
		const size = Math.abs(seconds);
		for (const [unit, name] of units) {
			if (size < unit) continue;
			if (unit === 1) break;
			const whole = Math.floor(size / unit + 1e-9), rest = Math.round(size - whole * unit);
			const below = unit === 86400 ? [3600, "h"] : unit === 3600 ? [60, "min"] : [1, "s"];
			return sign + label(whole) + " " + name + (rest >= below[0] ? " " + Math.floor(rest / below[0]) + " " + below[1] : "");
		}
		return sign + label(Number(size.toPrecision(4))) + " s";
	}

	// Times of day, in the reader's zone.
	const clock = [0.001, 0.01, 0.1, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 31536000];
	function clockTicks(lo, hi, n) {
		const every = clock.find((c) => (hi - lo) / c <= n) ?? (hi - lo) / 2;
		const zone = new Date(lo * 1000).getTimezoneOffset() * 60;
		const result = [];
		for (let t = Math.ceil((lo - zone) / every) * every + zone; t <= hi && result.length < 100; t += every) result.push(t);
		return result;
	}
	function clockLabel(seconds, range) {
		const when = new Date(seconds * 1000);
		if (range > 3 * 86400) return when.toLocaleDateString("en-CA");
		const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
		if (range < 600) options.second = "2-digit";
		if (range < 5) options.fractionalSecondDigits = 3;
		return when.toLocaleTimeString("en", options);
	}

	window.exprec.axes = { range, ticks, label, value, spanTicks, span, clockTicks, clockLabel };
}
