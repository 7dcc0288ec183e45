// Words for what Entra ID holds: authentication methods and account properties.

const PHONE = { mobile: "Mobile phone", alternateMobile: "Alternate mobile", office: "Office phone" };
const SMS = {
  ready: "SMS sign-in on", notSupported: "", notAllowedByPolicy: "SMS sign-in not allowed by policy", notEnabled: "SMS sign-in off",
  notConfigured: "SMS sign-in not set up", phoneNumberNotUnique: "SMS sign-in: number used elsewhere",
};

const KINDS = {
  phone: (m) => ({ icon: "☎", title: PHONE[m.phoneType] || "Phone", value: m.phoneNumber, note: SMS[m.smsSignInState] ?? m.smsSignInState }),
  password: () => ({ icon: "✱", title: "Password" }),
  microsoftauthenticator: (m) => ({ icon: "✓", title: "Microsoft Authenticator", value: m.displayName }),
  fido2: (m) => ({ icon: "◈", title: "Security key (FIDO2)", value: m.displayName || m.model }),
  windowshelloforbusiness: (m) => ({ icon: "▣", title: "Windows Hello", value: m.displayName }),
  softwareoath: () => ({ icon: "◷", title: "Code app (OATH)" }),
  email: (m) => ({ icon: "✉", title: "E-mail for password reset", value: m.emailAddress }),
  platformcredential: (m) => ({ icon: "▣", title: "Platform credential", value: m.displayName }),
  temporaryaccesspass: (m) => ({
    icon: "◔", title: "Temporary Access Pass",
    value: [m.lifetimeInMinutes && `${m.lifetimeInMinutes} minutes`, m.isUsableOnce === true ? "usable once" : m.isUsableOnce === false ? "usable many times" : ""].filter(Boolean).join(", "),
    note: m.methodUsabilityReason,
  }),
};

/** {icon, title, value, note} for a Graph authentication method object of any type. */
export function describeMethod(method) {
  const type = String(method["@odata.type"] || "").split(".").pop().replace(/AuthenticationMethod$/i, "");
  const known = KINDS[type.toLowerCase()];
  if (known) return known(method);
  return { icon: "•", title: type ? spaced(type) : "Method", value: method.displayName || method.id };
}

const LABELS = {
  userPrincipalName: "Sign-in name", displayName: "Name", jobTitle: "Job", accountEnabled: "Account enabled", userType: "User type",
  onPremisesSyncEnabled: "Synced from on-premises AD", mail: "Mail", smsPolicy: "In the SMS sign-in policy", managementRestricted: "Restricted management unit", id: "Object id", businessPhones: "Business phones", mobilePhone: "Mobile (profile)",
};

/** "onPremisesSyncEnabled" → "On premises sync enabled", with better words where there are any. */
export const label = (key) => LABELS[key] || spaced(key);

function spaced(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Any value as a line of text; "" for nothing. */
export function valueText(value) {
  if (value === null || value === undefined || value === "") return "";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) return value.map(valueText).filter(Boolean).join(", ");
  if (typeof value === "object") return value.displayName || value.name || JSON.stringify(value);
  return String(value);
}
