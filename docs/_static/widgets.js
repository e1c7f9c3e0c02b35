// Where the widgets' loader finds anywidget: beside this script, not on another server.
requirejs.config({
  paths: { anywidget: new URL("vendor/anywidget", document.currentScript.src).href },
});
