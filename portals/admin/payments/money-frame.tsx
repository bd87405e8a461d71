import { Outlet, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { useSession } from '../../shared/session/session-context.tsx';
import { moneyPages } from './money-pages.ts';

/** The pages about payments under one row of tabs; what a role may not read has none. */
export function MoneyFrame(): ReactNode {
  const { t } = useTranslation();
  const { permissions } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <>
      <nav className="tabs" aria-label={t('area.title')}>
        {moneyPages
          .filter(({ permission }) => permissions.has(permission))
          .map(({ to, name }) => (
            <RouterButton
              key={to}
              to={to}
              size="compact-md"
              variant={path === to ? 'light' : 'subtle'}
              color={path === to ? 'indigo' : 'gray'}
              aria-current={path === to ? 'page' : undefined}
            >
              {t(`area.${name}`)}
            </RouterButton>
          ))}
      </nav>
      <Outlet />
    </>
  );
}
