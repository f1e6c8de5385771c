// Draws the page anew when the node says that something on it has changed. Without this script the browser loads it anew by itself.
(() => {
  const source = document.querySelector('main')?.dataset.stream;
  if (!source) return;
  const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const hours = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
  let shown = '';
  let under = false;

  /** Times as the reader's clock shows them. */
  function times() {
    const today = new Date().toDateString();
    for (const time of document.querySelectorAll('time')) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = (at.toDateString() === today ? hours : days).format(at);
      time.title = at.toString();
    }
  }

  function live(word) {
    const place = document.querySelector('[data-live]');
    if (place) place.textContent = word;
  }

  /** Whoever reads what is newest goes on reading what is newest; whoever reads further up stays there. */
  async function draw(tag) {
    if (under) return;
    under = true;
    try {
      const answer = await fetch(location.pathname, { cache: 'no-store', credentials: 'omit' });
      if (!answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const [page, read] = [document.documentElement, document.querySelector('.scroll')?.scrollTop ?? 0];
      const low = page.scrollHeight - page.clientHeight - page.scrollTop < 80 && page.scrollTop > 0;
      for (const part of ['header', 'main']) {
        const [old, fresh] = [document.querySelector(part), next.querySelector(part)];
        if (old && fresh && old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.childNodes);
      }
      document.title = next.title;
      shown = tag;
      times();
      const said = document.querySelector('.scroll');
      if (said) said.scrollTop = read;
      if (low) page.scrollTop = page.scrollHeight;
    } catch {
      // The node is away; the stream says when it is back.
    } finally {
      under = false;
    }
  }

  times();
  const stream = new EventSource(source);
  stream.addEventListener('open', () => live('Live.'));
  stream.addEventListener('error', () => live('The connection is away; it comes back by itself.'));
  stream.addEventListener('shown', (event) => {
    const { tag } = JSON.parse(event.data);
    // What the page shows already is told first.
    if (tag !== shown) void draw(tag);
  });
  stream.addEventListener('over', () => {
    stream.close();
    location.reload();
  });
})();
