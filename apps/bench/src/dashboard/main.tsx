import { render } from 'preact'
import { App } from './App.tsx'
import '@unroll/look/colours.css'
import './style.css'

const place = document.querySelector('#app')
if (place === null) throw new Error('main: expected an element #app in the page')
render(<App />, place)
