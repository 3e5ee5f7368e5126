// "Show" beside a password. Its own file, because only a few pages ask for one;
// the macro that draws the box also loads this.
import { PasswordInput, createAll } from "govuk-frontend";

createAll(PasswordInput);
