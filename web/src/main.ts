// Where the page begins.
import '@fontsource-variable/inter/wght.css';
import './shell/fonts.css';
import './shell/app.css';
import { mount } from 'svelte';
import App from './shell/App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
