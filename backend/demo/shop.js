// "Ask me again": forgets what this browser remembers of the sample site's surveys, so that a visitor can walk twice.
const again = document.getElementById('again');
again.hidden = false;
again.addEventListener('click', () => {
  localStorage.removeItem('bearing:v:' + again.dataset.site);
  location.reload();
});
