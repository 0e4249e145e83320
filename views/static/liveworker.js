// The one connection over which all tabs of a browser hear that something has
// changed. This is a shared worker; where there is none, live.js loads it into the
// page, and the page has a connection of its own while it is looked at.
"use strict";
{
	const again = 1000, atMost = 5000, silence = 15000, lost = 40000; // milliseconds
	const maxTopics = 2000;

	// numberOf is the number in a mark, "<boot>.<number>", of this boot; else -1.
	const numberOf = (mark, boot) => mark.startsWith(boot + ".") ? Number(mark.slice(boot.length + 1)) : -1;

	// Listener tells pages the state ("live", "waiting", "off"), and what changed:
	// {topics} or {all}. A page has a mark: it knows of what was told up to there.
	class Listener {
		constructor() {
			this.pages = new Map(); // how to tell a page, and its mark
			this.state = "waiting";
			this.boot = "";
			this.seq = 0;
			this.since = Infinity; // all that was told after this number is in topics
			this.topics = new Map(); // and the number they were told with last
			this.tries = 0;
		}

		add(tell, mark) {
			this.pages.set(tell, mark);
			tell({ state: this.state });
			this.news(tell);
			if (!this.source && !this.timer) this.open();
		}

		remove(tell) {
			this.pages.delete(tell);
			if (this.pages.size === 0) this.close();
		}

		mark() {
			return this.seq > 0 ? this.boot + "." + this.seq : this.pages.values().next().value;
		}

		// open connects, or asks now and then where connecting does not work.
		open() {
			this.asked = this.mark();
			const after = "after=" + encodeURIComponent(this.asked);
			if (this.tries > 2 && this.tries % 2 === 1) {
				this.poll(after);
				return;
			}
			const source = this.source = new EventSource("/events?" + after);
			this.watchFor(silence); // some proxies keep back what is sent until it is much
			source.addEventListener("beat", () => this.watchFor(lost));
			source.onmessage = (event) => {
				this.watchFor(lost);
				this.tries = 0;
				this.hear(JSON.parse(event.data));
			};
			source.onerror = () => {
				if (source.readyState === EventSource.CLOSED) this.fail();
				else this.show("waiting"); // the browser tries again
			};
		}

		async poll(after) {
			this.timer = -1; // under way
			try {
				const answer = await fetch("/events?poll&" + after, { cache: "no-store" });
				if (!answer.ok) throw new Error(answer.statusText);
				this.hear(await answer.json());
				this.later(atMost);
			} catch {
				this.fail();
			}
		}

		fail() {
			this.close();
			this.tries++;
			this.show("waiting");
			this.later(Math.min(again * this.tries, atMost));
		}

		later(wait) {
			this.timer = setTimeout(() => {
				this.timer = 0;
				if (this.pages.size > 0) this.open();
			}, wait);
		}

		// watchFor fails where nothing is heard for so long.
		watchFor(time) {
			clearTimeout(this.silent);
			this.silent = setTimeout(() => this.fail(), time);
		}

		close() {
			clearTimeout(this.silent);
			clearTimeout(this.timer);
			this.source?.close();
			this.source = null;
			this.timer = 0;
		}

		show(state) {
			if (this.state === state || state === "waiting" && this.state === "off") return;
			this.state = state;
			clearTimeout(this.patience);
			if (state === "waiting") this.patience = setTimeout(() => this.show("off"), silence);
			for (const tell of this.pages.keys()) tell({ state });
		}

		// hear takes a notice. Its number is missing while the server is about to
		// begin to watch: what changed is told once it has.
		hear(notice) {
			this.show("live");
			if (notice.boot !== this.boot) {
				this.boot = notice.boot;
				this.since = Infinity;
				this.topics.clear();
			}
			if (!notice.seq) return;
			if (notice.all || this.topics.size > maxTopics) {
				this.since = notice.seq;
				this.topics.clear();
			} else if (this.since === Infinity) {
				this.since = numberOf(this.asked, this.boot);
			}
			for (const topic of notice.topics ?? []) this.topics.set(topic, notice.seq);
			this.seq = notice.seq;
			for (const tell of this.pages.keys()) this.news(tell);
		}

		// news tells a page what was told since its mark.
		news(tell) {
			if (this.since === Infinity) return;
			const known = numberOf(this.pages.get(tell), this.boot);
			if (known < this.since) {
				tell({ all: true });
			} else {
				const topics = [...this.topics].filter(([, seq]) => seq > known).map(([topic]) => topic);
				if (topics.length > 0) tell({ topics });
			}
			this.pages.set(tell, this.boot + "." + Math.max(known, this.seq));
		}
	}

	if (self.SharedWorkerGlobalScope) {
		const listener = new Listener();
		self.onconnect = (event) => {
			const port = event.ports[0];
			const tell = (message) => port.postMessage(message);
			port.onmessage = ({ data }) => {
				if (data.mark === undefined) listener.remove(tell);
				else listener.add(tell, data.mark);
			};
		};
	} else {
		window.exprec.Listener = Listener;
	}
}
