import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router';

/** The filters of a list, as the address has them. */
export function useFilters(): [
  Readonly<Record<string, string | undefined>>,
  (changed: Record<string, string>) => void,
] {
  const filters = useSearch({ strict: false }) as Record<string, string | undefined>;
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const navigate = useNavigate();
  function change(changed: Record<string, string>): void {
    const merged = Object.entries({ ...filters, ...changed }).filter(
      ([, value]) => value !== '' && value !== undefined,
    );
    void navigate({ to: path, search: Object.fromEntries(merged) as never, replace: true });
  }
  return [filters, change];
}
