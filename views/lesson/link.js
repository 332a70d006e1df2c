/* Tells the server of a link that is opened where the page stands open already: the address changes its fragment alone. */

export function attach({ props, trigger }) {
  addEventListener("hashchange", () => {
    props.value = location.hash;
    trigger("input");
  });
}
