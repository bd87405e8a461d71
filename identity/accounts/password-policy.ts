import { guessedWords } from './guessed-words.ts';

export const passwordLengthMin = 12;
const passwordLengthMax = 128;

export type PasswordFault = 'too_short' | 'too_long' | 'repetitive' | 'guessable';

const phrases: Readonly<Record<PasswordFault, string>> = {
  too_short: `must have at least ${passwordLengthMin} characters`,
  too_long: `must have at most ${passwordLengthMax} characters`,
  repetitive: 'repeats too few characters',
  guessable: 'is made of words that are guessed first, or of your own address or name',
};

/** What is wrong with a password, in English, as the end of a sentence about it. */
export function describePasswordFault(fault: PasswordFault): string {
  return phrases[fault];
}

/** What is left of a password without the words an attacker tries first must still be worth something. */
const ownCharactersMin = 6;
const distinctCharactersMin = 5;

const productName = 'redcore';
const lookalikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * Null where the password may be used, else what is wrong with it. Length, and what is guessed first: no rules of composition
 * (NIST SP 800-63B §5.1.1.2). `email` and `name` are those of the user.
 */
export function findPasswordFault(
  password: string,
  user: { email: string; name?: string | null },
): PasswordFault | null {
  const length = Array.from(password.normalize('NFKC')).length;
  if (length < passwordLengthMin) return 'too_short';
  if (length > passwordLengthMax) return 'too_long';
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < distinctCharactersMin) return 'repetitive';
  const words = [...guessedWords, ...wordsOf(user)].toSorted((a, b) => b.length - a.length);
  const isGuessable = [text, withoutLookalikes(text)].some((form) => without(form, words).length < ownCharactersMin);
  return isGuessable ? 'guessable' : null;
}

function wordsOf({ email, name }: { email: string; name?: string | null }): string[] {
  const parts = `${email} ${name ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return [productName, email.toLowerCase(), ...parts.filter((part) => part.length >= 3)];
}

function withoutLookalikes(text: string): string {
  return text.replace(/[013457@$!]/g, (character) => lookalikes[character] ?? character);
}

function without(text: string, words: readonly string[]): string {
  let left = text;
  for (const word of words) left = left.replaceAll(word, '');
  return left.replace(/[^\p{L}\p{N}]/gu, '');
}
