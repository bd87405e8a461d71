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
    // Into the filters of that moment: an answer that was waited for may come after another change.
    const search = (now: object) =>
      Object.fromEntries(
        Object.entries({ ...now, ...changed }).filter(([, value]) => value !== '' && value !== undefined),
      );
    void navigate({ to: path, search: search as never, replace: true });
  }
  return [filters, change];
}
