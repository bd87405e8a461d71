import { expect, it } from 'vitest';
import { rateClassOf } from './rate-class.ts';
import { routeRegistry } from './registry.ts';

const showsOnce = /With(?:Secret|Url)$|^(?:PasswordReset|OpenedTenants)$/;

/** The schemas of an answer that hold a member shown this once. */
function showsSecret(contract: {
  answers: Readonly<Record<number, { schema: { meta(): { id?: string } | undefined } }>>;
}) {
  return Object.values(contract.answers).some(({ schema }) => showsOnce.test(schema.meta()?.id ?? ''));
}

it('every call whose answer shows a secret or a link once is of the class that is never copied and fails closed', () => {
  const shown = [...routeRegistry].filter(([, contract]) => showsSecret(contract as never));
  expect(shown.length).toBeGreaterThanOrEqual(8);
  expect(shown.filter(([, contract]) => rateClassOf(contract) !== 'secret').map(([name]) => name)).toEqual([]);
});
