import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answered, rest } from '../../../shared/rest/client.ts';
import { useMay } from '../../../shared/session/session-context.tsx';

/** Who did it: the platform by itself, a person by name where one may know them, else whoever it was by id. */
export function ActorName({ actor }: { actor: unknown }): ReactNode {
  const { t } = useTranslation();
  const mayRead = useMay('users:read');
  const id = typeof actor === 'string' ? actor : 'workflow';
  const user = useQuery({
    queryKey: ['user', id],
    queryFn: () => answered(rest.GET('/v1/users/{user_id}', { params: { path: { user_id: id } } })),
    enabled: mayRead && id.startsWith('usr_'),
    staleTime: 300_000,
  });
  if (id === 'workflow') return t('runs.byItself');
  if (id.startsWith('key_')) return t('runs.byKey', { id });
  return user.data?.name ?? user.data?.email ?? id;
}
