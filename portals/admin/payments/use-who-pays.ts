import { useQuery } from '@tanstack/react-query';
import { customerQuery } from '../names.tsx';

/** Whom a dialog about money names: by name, else by e-mail, else by id. */
export function useWhoPays(customerId: string): string {
  const { data } = useQuery(customerQuery(customerId));
  return data?.name ?? data?.email ?? customerId;
}
