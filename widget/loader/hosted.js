// The hosted page's continuation: a card that could not draw the rest hands its response over in the address's fragment.

const given = new URLSearchParams(location.hash.slice(1));
const form = document.querySelector('form');
const score = form && form.querySelector('.scale [value="' + (parseInt(given.get('score'), 10) || 0) + '"]');

if (score && /^[0-9a-f-]{36}$/.test(given.get('r')) && /^\d+$/.test(given.get('seq'))) {
  form.querySelector('[name=id]').value = given.get('r');
  form.querySelector('[name=seq]').value = given.get('seq');
  // The score is known: it stays in the form and is not asked again.
  score.checked = true;
  form.classList.add('scored');
  for (const [name, value] of given) {
    if (!/^(customer|signature|test|attr\.\w+)$/.test(name)) continue;
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = name;
    field.value = value;
    form.append(field);
  }
}
if (self != top) document.querySelector('main').classList.add('framed');
