package main

import (
	"errors"
	"strings"
)

var (
	errOpenQuote = errors.New("a quote is not closed")
	errOpenSlash = errors.New("a backslash at the end quotes nothing")
)

// splitWords takes a command line apart as a POSIX shell does (2.2 Quoting of
// the Shell Command Language): blanks and line ends between words, single and
// double quotes, backslashes. Nothing is expanded: every other character stands
// for itself.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false // quotes make a word also when it is empty
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\n', '\r':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		case '\'', '"':
			rest, err := quoted(&word, line[i+1:], c)
			if err != nil {
				return nil, err
			}
			i = len(line) - len(rest) - 1
			inWord = true
		case '\\':
			i++
			if i == len(line) {
				return nil, errOpenSlash
			}
			if line[i] != '\n' { // a line that goes on
				word.WriteByte(line[i])
				inWord = true
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted writes what stands in quotes to word and returns what follows them.
// Between double quotes a backslash quotes what is special there.
func quoted(word *strings.Builder, s string, quote byte) (rest string, err error) {
	for i := 0; i < len(s); i++ {
		if s[i] == quote {
			return s[i+1:], nil
		}
		if quote == '"' && s[i] == '\\' && i+1 < len(s) && strings.IndexByte("\\\"$`\n", s[i+1]) >= 0 {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		word.WriteByte(s[i])
	}
	return "", errOpenQuote
}
