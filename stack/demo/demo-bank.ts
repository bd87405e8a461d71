import type { DemoBank } from './acts.ts';

/** By the sandbox provider's own controls (docs/sandbox-provider.md). */
export function createDemoBank(sandboxProviderUrl: string): DemoBank {
  const control = async (path: string, body: object): Promise<{ id: string }> => {
    const response = await fetch(`${sandboxProviderUrl}/control/disputes${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the sandbox provider refuses a dispute with ${response.status}: ${text}`);
    return JSON.parse(text) as { id: string };
  };
  return {
    async dispute(chargeId) {
      const { id } = await control('', { charge_id: chargeId });
      return {
        decide: async (result) => {
          await control(`/${id}`, { result });
        },
      };
    },
  };
}
