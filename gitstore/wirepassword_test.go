package gitstore

import "testing"

// The password of an address goes to git beside it, also that of a prefix which
// the user's configuration puts in the place of another.
func TestPasswordsAreSplitFromAddresses(t *testing.T) {
	config := &Config{entries: []configEntry{
		{key: "url.https://ada:CAN%40RY@host:8443/.insteadof", value: "team:"},
		{key: "url.ssh://ada:x@host/.insteadof", value: "work:"},
		{key: "url.https://other/.insteadof", value: "team:other/"},
	}}
	for _, c := range []struct {
		address              string
		bare, user, password string
	}{
		{"https://ada:CAN%40RY@host/x.git", "https://host/x.git", "ada", "CAN@RY"},
		{"https://ada@host/x.git", "https://host/x.git", "ada", ""},
		{"https://host/x.git", "https://host/x.git", "", ""},
		{"ssh://ada:x@host/x.git", "ssh://ada@host/x.git", "", ""},
		{"ssh://ada:x%zz@host:22/~/a b", "ssh://ada@host:22/~/a b", "", ""},
		{"ssh://ada:x@y@[::1]:22/x@y:z", "ssh://ada@[::1]:22/x@y:z", "", ""},
		{"git+ssh://ada:@host", "git+ssh://ada@host", "", ""},
		{"ssh://ada@host:22/x.git", "ssh://ada@host:22/x.git", "", ""},
		{"ssh://host:22/a:b@c", "ssh://host:22/a:b@c", "", ""},
		{"work:x.git", "ssh://ada@host/x.git", "", ""},
		{"ada@host:x.git", "ada@host:x.git", "", ""},
		{"https://ada:a%0Ab@host/x.git", "https://ada:a%0Ab@host/x.git", "", ""},
		{"../x.git", "../x.git", "", ""},
		{"team:x.git", "https://host:8443/x.git", "ada", "CAN@RY"},
		{"team:other/x.git", "team:other/x.git", "", ""},
	} {
		bare, secret := splitAddress(config.rewritten(c.address))
		if bare != c.bare || secret.user != c.user || secret.password != c.password {
			t.Errorf("%q is split into %q, %q and %q", c.address, bare, secret.user, secret.password)
		}
	}
	for address, want := range map[string]string{
		"https://ghp_012345678901234567890123456789abcdAB@host/x": "https://host/x",
		"https://ada:CANARY@host/x":                               "https://ada@host/x",
		"https://ada@host/x":                                      "https://ada@host/x",
		"ssh://ada:CANARY@host:22/x":                              "ssh://ada@host:22/x",
	} {
		if got := withoutPassword(address); got != want {
			t.Errorf("%q is shown as %q", address, got)
		}
	}
}
