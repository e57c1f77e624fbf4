// The config: a site's published surveys, their texts in one locale, and the trees of their first questions.

import { fetch, quietly, read } from './natives.js';

/**
 * The config that came within this script, if it is the one for this tag: where the address names the site, the server
 * writes it over these words, in the language that the browser seems to read, and says how the locales begin that it is for.
 */
export const sent = ({ site, locale }) =>
  quietly(() => {
    const config = read('@config@');
    return config.site == site && RegExp('^' + config.for + '(-|$)', 'i').test(locale) && config;
  });

const get = async (address) => {
  const reply = await fetch(address, { credentials: 'omit' });
  if (!reply.ok) throw Error(address + ' ' + reply.status);
  return read(await reply.text());
};

const at = (tag, path, touchpoint) =>
  tag.embed + path + '?locale=' + encodeURIComponent(tag.locale) + '&touchpoint=' + encodeURIComponent(touchpoint);

/** The config for a touchpoint, unless it is known. */
export const fetchConfig = async (tag, touchpoint, known) => known || get(at(tag, '', touchpoint));

/** The first question of a survey: from the config, or else from its own address, together with the style sheet. */
export const firstQuestion = async (tag, config, survey) => {
  for (const tree of config.trees || []) {
    if (tree.survey == survey.id && tree.version == survey.version) return { root: tree.root, css: config.css };
  }
  return get(at(tag, '/first/' + survey.id + '/' + survey.version, ''));
};
