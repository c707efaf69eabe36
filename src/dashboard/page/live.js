// The stream of events: opened, watched, opened again. The browser connects again by itself when the connection is
// cut; when the server refuses, it is over, and why is asked once.

export function listen({onModel, onChange, onState}) {
  let again = null;

  function connect() {
    onState('connecting');
    const events = new EventSource('/events');
    events.addEventListener('open', () => onState('live'));
    events.addEventListener('model', (event) => onModel(JSON.parse(event.data)));
    events.addEventListener('change', (event) => onChange(JSON.parse(event.data)));
    events.addEventListener('error', async () => {
      onState('lost');
      if (events.readyState !== EventSource.CLOSED) return;
      events.close();
      let status = 0;
      try {
        status = (await fetch('/events', {method: 'HEAD'})).status;
      } catch {
        // Nobody is there.
      }
      if (status === 403) return onState('over');
      clearTimeout(again);
      again = setTimeout(connect, 2000);
    });
  }

  connect();
}
