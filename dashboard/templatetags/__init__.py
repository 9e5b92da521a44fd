"""What templates may call: how numbers, times and names are shown, as `static/js/format.js` does in the browser."""
