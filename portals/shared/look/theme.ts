import { Badge, Button, type CSSVariablesResolver, createTheme, DEFAULT_THEME, Paper } from '@mantine/core';

/** Dark enough for white text in both schemes (WCAG 2.2, contrast 4.5 : 1). */
const shade = 8;

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: shade, dark: shade },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.625rem' }, h2: { fontSize: '1.125rem' } } },
  components: {
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 600 } }),
    Button: Button.extend({ defaultProps: { fw: 600 } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true, radius: 'lg', p: { base: 'md', sm: 'lg' } } }),
  },
});

const colours = Object.keys(DEFAULT_THEME.colors).filter((name) => name !== 'dark');

function lightTexts(at: number): Record<string, string> {
  return Object.fromEntries(
    colours.map((name) => [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-${at})`]),
  );
}

/** What is under the pointer is no darker than its text can be read on. */
function lightHovers(): Record<string, string> {
  return Object.fromEntries(
    colours.map((name) => [
      `--mantine-color-${name}-light-hover`,
      `color-mix(in srgb, var(--mantine-color-${name}-1), var(--mantine-color-${name}-2) 30%)`,
    ]),
  );
}

/** Texts the library draws paler than can be read well. */
export const readableVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...lightTexts(9),
    ...lightHovers(),
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-orange-light-color': '#9c3300',
    '--mantine-color-green-light-color': '#1d6b2c',
    '--mantine-color-teal-light-color': '#065f46',
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-8)',
    '--redcore-canvas': '#f6f7f9',
  },
  dark: {
    ...lightTexts(2),
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
    '--redcore-canvas': 'var(--mantine-color-dark-8)',
  },
});
