import { useQueryClient } from '@tanstack/react-query';
import { notifyDone } from './notices.ts';

/** After something changed: says so, and reads everything on the page again. */
export function useRefresh(): (message: string) => Promise<void> {
  const client = useQueryClient();
  return async (message) => {
    notifyDone(message);
    await client.invalidateQueries();
  };
}
