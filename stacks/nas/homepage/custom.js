// https://gethomepage.dev/configs/custom-css-js/
