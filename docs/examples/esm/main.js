// Loads Bearing from a module: change HOST to your Bearing server and pk_YOUR_KEY to your site's public key.

import { load, onBearing } from '@bearing/widget';

const output = document.querySelector('output');
const stop = onBearing('answered', ({ score }) => {
  if (output) output.value = String(score);
});
document.querySelector('#stop')?.addEventListener('click', stop);

load({ src: 'https://HOST/bearing.js', site: 'pk_YOUR_KEY', touchpoint: 'home' });
