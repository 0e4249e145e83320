package guard

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// tokenKey is the token's name in a URL.
const tokenKey = "token"

// NewToken gives 32 random bytes as text for a URL.
func NewToken() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// token asks for a token.
type token struct {
	hash   [sha256.Size]byte
	wanted bool
	cookie string
}

func newToken(o Options) *token {
	return &token{hash: sha256.Sum256([]byte(o.Token)), wanted: o.Token != "", cookie: "exprec-" + strconv.Itoa(o.Port)}
}

// ask lets those pass who know the token. Who brings it in the URL gets it as a
// cookie and is sent to the same page without it, so that it stays in no history
// and no copied address.
func (t *token) ask(next http.Handler) http.Handler {
	if !t.wanted {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Cookie, Authorization")
		query, known := r.URL.Query(), t.known(r)
		right := t.is(query.Get(tokenKey))
		switch {
		case isSafe(r) && query.Has(tokenKey) && (right || known):
			if right {
				http.SetCookie(w, &http.Cookie{Name: t.cookie, Value: query.Get(tokenKey), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
			}
			query.Del(tokenKey)
			w.Header().Set("Location", ownPath(r)+question(query.Encode()))
			w.WriteHeader(http.StatusSeeOther)
		case known:
			next.ServeHTTP(w, r)
		default:
			refuse(w, query.Has(tokenKey))
		}
	})
}

// known reports whether a request has the token in a header.
func (t *token) known(r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && t.is(bearer) {
		return true
	}
	for _, c := range r.CookiesNamed(t.cookie) {
		if t.is(c.Value) {
			return true
		}
	}
	return false
}

// is compares in a time that tells nothing of the token.
func (t *token) is(s string) bool {
	hash := sha256.Sum256([]byte(s))
	return subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}

func isSafe(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// ownPath is the path of a request as an address on this server: with two
// slashes before it, it would be another one.
func ownPath(r *http.Request) string {
	return "/" + strings.TrimLeft(r.URL.EscapedPath(), `/\`)
}

func question(query string) string {
	if query == "" {
		return ""
	}
	return "?" + query
}

// refuse asks for the token. The page needs no file of the dashboard.
func refuse(w http.ResponseWriter, wrong bool) {
	says := "The address that exprec printed has it."
	if wrong {
		says = "The one in the address is not the token of this dashboard: each start makes a new one."
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="exprec"`)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Token wanted – Exprec</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head>
<body><main><h1>This dashboard wants its token</h1><p>` + says + `</p>
<form action="/"><p><label>Token <input type="password" name="token" autocomplete="off" required></label> <button>Open</button></p></form></main></body></html>
`))
}
