// Bearing in React: change HOST to your Bearing server, pk_YOUR_KEY to your site's public key, sv_YOUR_SURVEY to a survey.

import { useEffect, useState } from 'react';
import { bearing, load, onBearing } from '@bearing/widget';
import type {} from '@bearing/widget/react';

export function App() {
  const [score, setScore] = useState<number>();
  const [listens, setListens] = useState(true);
  const [asks, setAsks] = useState(false);

  useEffect(() => {
    load({ src: 'https://HOST/bearing.js', site: 'pk_YOUR_KEY', touchpoint: 'home' });
  }, []);

  return (
    <main>
      <h1>Bearing in React</h1>
      <p>Last score: <output>{score ?? 'none yet'}</output></p>
      {listens && <Listener onScore={setScore} />}
      <button id="listen" onClick={() => setListens(!listens)}>{listens ? 'Stop listening' : 'Listen'}</button>
      <button onClick={() => bearing('track', 'ticket_closed')}>Close the ticket</button>
      <button onClick={() => setAsks(!asks)}>Ask here</button>
      {asks && <bearing-survey survey="sv_YOUR_SURVEY" />}
    </main>
  );
}

/** Hears scores for as long as it is mounted: what `onBearing` returns is what an effect returns. */
function Listener({ onScore }: { onScore: (score: number) => void }) {
  useEffect(() => onBearing('answered', ({ score }) => onScore(score)), [onScore]);
  return null;
}
