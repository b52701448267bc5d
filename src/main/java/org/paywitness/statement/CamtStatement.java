package org.paywitness.statement;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import java.io.BufferedInputStream;
import java.io.CharConversionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.paywitness.observation.Observation;
import org.paywitness.problem.Problem;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Source;

/**
 * One read of an ISO 20022 camt.052, .053 or .054 message, any version: elements are known by their local names. One
 * transaction is in memory at a time. A document type declaration is refused, so no entity is ever expanded or
 * fetched.
 *
 * <p>Complete through each account's ToDtTm. A notification (.054) tells single entries and a page that is not the
 * last tells a part: neither is complete through anything.
 */
final class CamtStatement {
    /** How deep elements may be nested. */
    static final int MAX_DEPTH = 64;
    /** The longest text of one element that is read, in characters; longer text refuses its row. */
    static final int MAX_TEXT = 4096;
    /** The most bytes between two tags: bounds names, attributes and comments, which the parser holds in memory. */
    static final int MAX_TOKEN_BYTES = 1024 * 1024;
    /** How many different names a document may use: ISO's own schemas stay below it, the parser remembers each. */
    static final int MAX_NAMES = 2_000;

    private static final Set<String> STATEMENTS = Set.of("Stmt", "Rpt", "Ntfctn");
    private static final Set<String> HEADER = Set.of(
            "CreDtTm",
            "FrToDt/ToDtTm",
            "FrToDt/ToDt",
            "Acct/Id/IBAN",
            "Acct/Id/Othr/Id",
            "StmtPgntn/LastPgInd",
            "RptPgntn/LastPgInd");
    private static final Pattern DECLARED = Pattern.compile("^<\\?xml[^>]*encoding\\s*=\\s*[\"']([\\w.:-]{1,40})[\"']");
    private static final Set<String> KNOWN_TO_PARSER =
            Set.of("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "US-ASCII");
    private static final int DECLARATION_BYTES = 200;

    private final Context context;
    private final Sink sink;
    private final SourceRefs refs = new SourceRefs();
    private final Completion completion;
    private final String[] path = new String[MAX_DEPTH];
    private final Set<String> names = new HashSet<>();
    private final StringBuilder text = new StringBuilder();
    private boolean tooLong;
    private String currency;
    private int depth;
    private int statementDepth;
    private boolean anyStatement;
    private Map<String, String> header = Map.of();
    private CamtEntry entry;

    CamtStatement(Context context, Sink sink) {
        this.context = context;
        this.sink = sink;
        this.completion = new Completion(context);
    }

    void read(InputStream in) throws IOException {
        Gate gate = new Gate(in);
        Parser parser = new Parser(gate);
        for (int event = parser.next(); event != XMLStreamConstants.END_DOCUMENT; event = parser.next()) {
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> start(parser.xml, parser.line());
                case XMLStreamConstants.END_ELEMENT -> end();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> append(parser.text());
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw Table.unreadable(parser.line(), "document types and entities are not accepted");
                default -> {}
            }
        }
        if (!anyStatement) {
            throw Table.unreadable(parser.line(), "the document holds no statement, report or notification");
        }
        completion.tellLeast(Source.BANK, sink);
    }

    private void start(XMLStreamReader xml, long line) {
        String name = xml.getLocalName();
        if (depth == MAX_DEPTH) {
            throw Table.unreadable(line, "elements are nested deeper than " + MAX_DEPTH);
        }
        remember(name, line);
        currency = null;
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            remember(xml.getAttributeLocalName(i), line);
            if (xml.getAttributeLocalName(i).equals("Ccy")) {
                currency = bounded(xml.getAttributeValue(i));
            }
        }
        String parent = depth == 0 ? "" : path[depth - 1];
        path[depth++] = name;
        text.setLength(0);
        tooLong = false;
        if (statementDepth == 0 && STATEMENTS.contains(name)) {
            statementDepth = depth;
            anyStatement = true;
            header = new HashMap<>();
        } else if (depth == statementDepth + 1 && name.equals("Ntry") && STATEMENTS.contains(parent)) {
            entry = new CamtEntry(line, header, context, refs);
        } else if (entry != null && within(statementDepth + 1).equals("NtryDtls/TxDtls")) {
            entry.startDetail(line, this::deliver);
        }
    }

    private void remember(String name, long line) {
        if (names.add(name) && names.size() > MAX_NAMES) {
            throw Table.unreadable(line, "the document uses more than " + MAX_NAMES + " different names");
        }
    }

    private void append(String more) {
        int room = MAX_TEXT - text.length();
        tooLong |= more.length() > room;
        text.append(more, 0, Math.min(room, more.length()));
    }

    private void end() {
        if (entry != null && depth == statementDepth + 1) {
            entry.end(this::deliver);
            entry = null;
        } else if (entry != null) {
            entry.field(within(statementDepth + 1), text.toString().strip(), currency, tooLong);
        } else if (statementDepth > 0 && depth == statementDepth) {
            endStatement();
        } else if (statementDepth > 0) {
            String field = within(statementDepth);
            if (HEADER.contains(field)) {
                header.putIfAbsent(field, bounded(text.toString().strip()));
            }
        } else if (depth >= 2
                && path[depth - 1].equals("LastPgInd")
                && text.toString().strip().equals("false")) {
            completion.doubt();
        }
        depth--;
        text.setLength(0);
        tooLong = false;
        // The attribute belongs to the element that opened last: its parent's end must not take it over.
        currency = null;
    }

    /** The current element's path below a depth: "Refs/EndToEndId". */
    private String within(int base) {
        return depth <= base ? "" : String.join("/", Arrays.asList(path).subList(base, depth));
    }

    private void deliver(long line, Supplier<Observation> told) {
        Observation observation;
        try {
            observation = told.get();
        } catch (Refusal refusal) {
            completion.refused(refusal.code);
            sink.refused(line, refusal.code, refusal.value, refusal.getMessage());
            return;
        }
        sink.row(line, List.of(observation));
    }

    private void endStatement() {
        boolean notification = path[depth - 1].equals("Ntfctn");
        boolean part =
                "false".equals(header.get("StmtPgntn/LastPgInd")) || "false".equals(header.get("RptPgntn/LastPgInd"));
        String through = header.get("FrToDt/ToDtTm");
        String day = header.get("FrToDt/ToDt");
        try {
            if (notification || part || (through == null && day == null)) {
                completion.doubt();
            } else if (through != null) {
                completion.reaches(CamtEntry.account(header), Row.instant(through, context.zone(), "ToDtTm"));
            } else {
                completion.reaches(
                        CamtEntry.account(header),
                        Row.startOfNextDay(Row.startOfDay(day, context.zone(), "ToDt"), context.zone()));
            }
        } catch (Refusal unreadableTime) {
            completion.doubt();
        }
        statementDepth = 0;
        header = Map.of();
    }

    private static String bounded(String value) {
        return value.length() > MAX_TEXT ? value.substring(0, MAX_TEXT) : value;
    }

    /** The parser with its failures as ours. */
    private static final class Parser {
        private final Gate gate;
        private final XMLStreamReader xml;
        private long line = 1;

        Parser(Gate gate) throws IOException {
            this.gate = gate;
            XMLInputFactory factory = new InputFactoryImpl();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
            factory.setProperty(XMLInputFactory.IS_COALESCING, false);
            factory.setXMLResolver((publicId, systemId, base, namespace) -> {
                throw new XMLStreamException("nothing is ever fetched");
            });
            Charset foreign = foreignCharset(gate);
            try {
                xml = foreign == null
                        ? factory.createXMLStreamReader(gate)
                        : factory.createXMLStreamReader(new InputStreamReader(
                                gate, foreign.newDecoder().onMalformedInput(CodingErrorAction.REPORT)));
            } catch (XMLStreamException | RuntimeException e) {
                throw failed(e);
            }
        }

        /** The declared charset where the parser does not know it by itself: Chinese banks write GBK and GB18030. */
        private static Charset foreignCharset(Gate gate) throws IOException {
            gate.mark(DECLARATION_BYTES);
            String start = new String(gate.readNBytes(DECLARATION_BYTES), StandardCharsets.ISO_8859_1);
            gate.reset();
            Matcher declared = DECLARED.matcher(start);
            if (!declared.find() || KNOWN_TO_PARSER.contains(declared.group(1).toUpperCase(Locale.ROOT))) {
                return null;
            }
            String name = declared.group(1);
            try {
                return name.toUpperCase(Locale.ROOT).startsWith("GB") ? Format.GBK : Charset.forName(name);
            } catch (IllegalArgumentException e) {
                throw Table.unreadable(1, "the document declares an encoding that is not known");
            }
        }

        int next() throws IOException {
            gate.passed();
            try {
                int event = xml.next();
                line = xml.getLocation().getLineNumber();
                return event;
            } catch (XMLStreamException | RuntimeException e) {
                throw failed(e);
            }
        }

        String text() throws IOException {
            try {
                return xml.getText();
            } catch (RuntimeException e) {
                throw failed(e);
            }
        }

        long line() {
            return line;
        }

        /** The parser's own words may quote the document, so they are not passed on. */
        private Problem failed(Exception e) throws IOException {
            if (e instanceof TokenTooLong) {
                return Table.unreadable(line, "after it are more than " + MAX_TOKEN_BYTES + " bytes without a tag");
            }
            Throwable cause =
                    e instanceof XMLStreamException xmlFailure ? xmlFailure.getNestedException() : e.getCause();
            if (cause instanceof IOException io
                    && !(io instanceof CharConversionException)
                    && !(io instanceof CharacterCodingException)) {
                throw io;
            }
            return Table.unreadable(line, "after it the document is cut off or not well-formed XML");
        }
    }

    /** The gate is shut; the parser turns it into a problem with the line. */
    private static final class TokenTooLong extends RuntimeException {}

    /** Lets no more bytes through to the parser between two events than one token may have. */
    private static final class Gate extends FilterInputStream {
        private int sinceLast;

        Gate(InputStream in) {
            super(new BufferedInputStream(in));
        }

        void passed() {
            sinceLast = 0;
        }

        @Override
        public int read() throws IOException {
            count(1);
            return super.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count(read);
            return read;
        }

        private void count(int read) {
            sinceLast += Math.max(0, read);
            if (sinceLast > MAX_TOKEN_BYTES) {
                throw new TokenTooLong();
            }
        }
    }
}
