import { expect, it } from 'vitest';
import { metadataChangeOf, metadataText } from './metadata-text.ts';

const before = { contract: 'C-7: renewed', seat: 'window' };

it('comes back from its text unchanged', () => {
  expect(metadataChangeOf(before, metadataText(before))).toEqual({});
});

it.each([
  ['a new line is added', 'contract: C-7: renewed\nseat: window\nby: Ada', { by: 'Ada' }],
  ['another value replaces', 'contract: C-8\n\n seat : window', { contract: 'C-8' }],
  ['a line that is gone removes', 'seat: window', { contract: null }],
  ['nothing removes all', '', { contract: null, seat: null }],
])('%s', (_name, text, change) => {
  expect(metadataChangeOf(before, text)).toEqual(change);
});

it.each(['no colon', ': no name', 'a: 1\na: 2', `${'n'.repeat(41)}: x`])('%j is refused', (text) => {
  expect(metadataChangeOf(before, text)).toBeNull();
});
