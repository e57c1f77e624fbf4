// The hosted page in a card's frame: it goes on with the response that the card hands over, and says how high it is.

// A card that could not draw the rest hands its response over in the address's fragment, which no server sees.
const given = new URLSearchParams(location.hash.slice(1));
const form = document.querySelector('form');

if (form && /^[0-9a-f-]{36}$/.test(given.get('r')) && /^\d+$/.test(given.get('seq'))) {
  form.querySelector('[name=id]').value = given.get('r');
  form.querySelector('[name=seq]').value = given.get('seq');
  // The response may have the token of the card's showing, and is changed by whoever has that alone.
  const token = form.querySelector('[name=display]');
  if (token) token.value = given.get('display') || token.value;
  const score = form.querySelector('.scale [value="' + parseInt(given.get('score'), 10) + '"]');
  if (score) {
    // It is known: it stays in the form and is not asked again.
    score.checked = true;
    form.classList.add('scored');
  }
  // The page that comes back with a fault goes on with the same response.
  form.action += location.hash;
  for (const [name, value] of given) {
    if (!/^(customer|signature|test|attr\.\w+)$/.test(name) || form.elements[name]) continue;
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    form.append(field);
    if (name == 'customer') {
      document.querySelector('.anonymous').hidden = true;
      document.querySelector('.identified').hidden = false;
    }
  }
}

// While the site is under attack the page's token needs a proof of work. A form that is sent before it is found goes
// without, and so does one that comes back with the proof that it was sent with.
const display = form && form.querySelector('[name=display]');
if (display && display.dataset.work && !display.value.includes('~')) {
  // Beside this script, wherever a proxy has put both.
  import(new URL('work.js', document.currentScript.src).href)
    .then(({ solve }) => solve(display.value, +display.dataset.work, { later: setTimeout, now: Date.now, stop: () => false }))
    .then((proved) => (display.value = proved))
    .catch(() => {});
}

// Whoever goes back to the form and sends it again has changed their mind: a higher edition, as long as clocks go forward.
if (form) {
  form.addEventListener('submit', () => {
    const seq = form.querySelector('[name=seq]');
    seq.value = Math.max(+seq.value + 1, Math.floor(Date.now() / 1e3));
  });
}

// In a card's frame: no frame within the frame, and the card is told how high the page is and that it was answered. To
// whoever framed it: none of it is a secret from whoever shows this page, and the card hears it from this frame's window alone.
if (self != parent) {
  const main = document.querySelector('main');
  main.classList.add('framed');
  const tell = (bearing, more) => parent.postMessage({ bearing, ...more }, '*');
  // Else the card could not take back what this page is about to send.
  if (display) tell('display', { display: display.value });
  new ResizeObserver(() => tell('height', { height: Math.ceil(main.getBoundingClientRect().height) })).observe(main);
  if (main.querySelector('.thanks')) tell('answered');
}
