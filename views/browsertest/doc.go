// Package browsertest drives a real Chromium in tests and lets nothing pass that
// a person with open developer tools would see: a message in the console, an
// exception, a report of the content security policy, a request that failed or
// went to another host than the test's server all fail the test.
//
// A test binary has one Chromium, which starts with the first tab. Its TestMain
// ends it:
//
//	func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }
//
//	func TestPage(t *testing.T) {
//		tab := browsertest.NewTab(t, 1440, 900, false)
//		tab.Open(server.URL + "/")
//		tab.Click("a.next")
//		tab.Poll(`document.title == "Next"`)
//		tab.Axe()
//		tab.NoSidewaysScroll()
//	}
//
// Every tab has cookies and storage of its own. Names that end in .test are this
// machine, and all other names are nowhere, so that a test never leaves it.
package browsertest
