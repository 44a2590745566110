import '@fontsource-variable/bricolage-grotesque/wght.css';
import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/vazirmatn/wght.css';
import '@lectern/react/styles.css';
import './styles/app.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { applyTheme } from './session/theme.ts';

applyTheme();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
