// Open pages stay right: elements with data-live get the event exprec:changed,
// which does not bubble, when what they name has changed. data-live="runs" is the
// list of runs, "run/<id>/scalars" the scalars of a run, "run/<id>" all of it, and
// "run/<id>/status notes" two kinds of it.
"use strict";
{
	const meta = document.querySelector("meta[name=exprec-live]");
	const words = { live: "live", waiting: "reconnecting", off: "not live" };
	const meanings = {
		live: "This page follows the runs as they go on.",
		waiting: "The connection to the dashboard is lost. It is tried again.",
		off: "The dashboard does not answer. This page shows what it knew last.",
	};

	// wantedBy gives the topics that an element names.
	function wantedBy(element) {
		let run = "";
		return element.dataset.live.split(/\s+/).filter(Boolean).map((word) => {
			const at = word.lastIndexOf("/");
			if (word.startsWith("run/") && at > 4) run = word.slice(0, at + 1);
			else if (run && !word.includes("/") && word !== "runs") return run + word;
			return word;
		});
	}

	// What has changed since the page was last looked at: a page in the background
	// asks for nothing.
	let all = false;
	let topics = new Set();

	function changed(element) {
		return all || wantedBy(element).some((wanted) => topics.has(wanted) || [...topics].some((topic) => topic.startsWith(wanted + "/")));
	}

	function dispatch() {
		if (document.hidden || (!all && topics.size === 0)) return;
		const elements = [...document.querySelectorAll("[data-live]")].filter(changed);
		const detail = { all, topics: [...topics] };
		all = false;
		topics = new Set();
		for (const element of elements) element.dispatchEvent(new CustomEvent("exprec:changed", { detail }));
	}

	function show(state) {
		const dot = document.getElementById("live");
		dot.hidden = false;
		dot.dataset.state = state;
		dot.title = meanings[state];
		if (dot.textContent !== words[state]) dot.textContent = words[state];
	}

	function hear(message) {
		if (message.state) show(message.state);
		all ||= message.all === true;
		for (const topic of message.topics ?? []) topics.add(topic);
		dispatch();
	}

	// connectShared joins the connection that all tabs have in common.
	function connectShared() {
		const port = new SharedWorker(meta.dataset.worker, { name: "exprec" }).port;
		port.onmessage = (event) => hear(event.data);
		port.postMessage({ mark: meta.content });
		addEventListener("pagehide", () => port.postMessage({}));
		addEventListener("pageshow", (event) => {
			if (!event.persisted) return;
			all = true; // nothing was heard meanwhile
			port.postMessage({ mark: meta.content });
			dispatch();
		});
		document.addEventListener("visibilitychange", dispatch);
	}

	// connectAlone has a connection while the page is looked at: a browser allows
	// only six, for all tabs.
	function connectAlone() {
		const script = document.createElement("script");
		script.src = meta.dataset.worker;
		script.onload = () => {
			const listener = new window.exprec.Listener();
			let mark = meta.content;
			const follow = () => {
				if (document.hidden) {
					mark = listener.pages.get(hear) ?? mark;
					listener.remove(hear);
				} else if (!listener.pages.has(hear)) {
					listener.add(hear, mark);
				}
			};
			follow();
			document.addEventListener("visibilitychange", follow);
			addEventListener("pagehide", () => {
				mark = listener.pages.get(hear) ?? mark;
				listener.remove(hear);
			});
			addEventListener("pageshow", follow);
		};
		document.head.append(script);
	}

	if (self.SharedWorker) connectShared();
	else connectAlone();
}
