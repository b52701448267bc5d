package org.paywitness.evidence;

import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.paywitness.card.CardNumbers;
import org.paywitness.media.MediaFormat;
import org.paywitness.media.Unsound;
import org.paywitness.problem.Problem;

/**
 * One upload: reads the form, and lets the file through to the storage while it is looked at and hashed, so that of a
 * file of any size only a piece is ever in memory. Used by one thread, which waits for the client and the storage.
 */
final class Upload {
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);
    private static final int MAX_TYPE_BYTES = 64;
    private static final Set<String> PARTS = Set.of("type", "description", "on_behalf_of", "file");

    private final UUID id;
    private final Evidences evidences;
    private final Storage storage;
    private final EvidenceSettings settings;
    private final Instant now;
    private final MessageDigest digest = sha256();
    private boolean begun;

    private EvidenceType type;
    private String description;
    private Party onBehalfOf;
    private String fileName;
    private MediaFormat format;
    private long size;
    private String sha256;

    Upload(UUID id, Evidences evidences, Storage storage, EvidenceSettings settings, Instant now) {
        this.id = id;
        this.evidences = evidences;
        this.storage = storage;
        this.settings = settings;
        this.now = now;
    }

    /**
     * Reads the form to its end.
     *
     * @throws Problem where it is not one with exactly one good file and a type
     */
    void receive(Form form) throws IOException {
        Set<String> seen = new HashSet<>();
        for (Form.Part part = form.next(); part != null; part = form.next()) {
            String name = part.name();
            if (!PARTS.contains(name)) {
                throw Problem.badRequest("unknown_field", "The form has a part that is not known here.")
                        .at("/" + name.replaceAll("[^A-Za-z0-9_-]", "_"), "is not a known part");
            }
            if (!seen.add(name)) {
                throw Problem.invalid("/" + name, "is given more than once");
            }
            switch (name) {
                case "type" -> readType(form, part);
                case "description" -> readDescription(form, part);
                case "on_behalf_of" -> readSide(form, part);
                default -> readFile(form, part);
            }
        }
        if (type == null) {
            throw Problem.invalid("/type", "is required");
        }
        if (format == null) {
            throw Problem.invalid("/file", "is required");
        }
    }

    private void readType(Form form, Form.Part part) throws IOException {
        type = EvidenceType.of(text(form, part, MAX_TYPE_BYTES));
        if (type == null) {
            throw Problem.invalid("/type", "is not a known type of evidence");
        }
    }

    private void readSide(Form form, Form.Part part) throws IOException {
        onBehalfOf = Party.of(text(form, part, MAX_TYPE_BYTES));
        if (onBehalfOf == null || onBehalfOf == Party.DESK) {
            throw Problem.invalid("/on_behalf_of", "must be cardholder or merchant");
        }
    }

    private void readDescription(Form form, Form.Part part) throws IOException {
        int most = settings.maxDescriptionLength();
        String text = text(form, part, 4 * most).strip();
        boolean controls = text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t');
        if (text.codePointCount(0, text.length()) > most || controls) {
            throw Problem.invalid("/description", "must have at most " + most + " characters, none for control");
        }
        description = text.isEmpty() ? null : CardNumbers.mask(text);
    }

    private static String text(Form form, Form.Part part, int mostBytes) throws IOException {
        byte[] bytes = form.content().readNBytes(mostBytes + 1);
        if (part.fileName() != null || bytes.length > mostBytes) {
            throw Problem.invalid("/" + part.name(), "must be a text of at most " + mostBytes + " bytes");
        }
        return Form.utf8(bytes, bytes.length);
    }

    private void readFile(Form form, Form.Part part) throws IOException {
        if (part.fileName() == null) {
            throw Problem.invalid("/file", "must be a file, with a filename");
        }
        fileName = FileName.kept(part.fileName(), settings.maxNameLength());
        Storage.Sink sink = storage.begin(id);
        try {
            MediaFormat found = MediaFormat.read(new Passing(form.content(), sink));
            requireNotEmpty();
            begin();
            sink.finish();
            format = found;
        } catch (Unsound unsound) {
            requireNotEmpty();
            throw Problem.of(
                            415,
                            "unsupported_evidence",
                            "The file is not wholly a PDF, PNG, JPEG, WebP, MP4, MP3 or plain text in UTF-8.")
                    .at("/file", unsound.getMessage());
        }
        sha256 = HexFormat.of().formatHex(digest.digest());
    }

    private void requireNotEmpty() {
        if (size == 0) {
            throw Problem.invalid("/file", "is empty");
        }
    }

    private void begin() {
        if (!begun) {
            await(evidences.begin(id, storage.name(), now));
            begun = true;
        }
    }

    /** The file on its way: counted, hashed and written. */
    private final class Passing extends InputStream {
        private final InputStream in;
        private final Storage.Sink sink;

        Passing(InputStream in, Storage.Sink sink) {
            this.in = in;
            this.sink = sink;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            if (read > 0) {
                size += read;
                long most = settings.maxFileSize().asLongValue();
                if (size > most) {
                    throw Problem.tooLarge("The file is larger than " + most + " bytes, which is the most here.")
                            .with("limit_bytes", most);
                }
                digest.update(into, offset, read);
                if (size > PostgresStorage.CHUNK_BYTES) {
                    // What is smaller is not written before it was looked at to its end.
                    begin();
                }
                sink.write(into, offset, read);
            }
            return read;
        }
    }

    /**
     * The evidence of this upload, for a dispute.
     *
     * @param party who sends it; the desk may send it for a side
     * @throws Problem 400 where a side sends it for another
     */
    Evidence evidence(UUID dispute, Party party, String addedBy) {
        if (onBehalfOf != null && party != Party.DESK && party != onBehalfOf) {
            throw Problem.invalid("/on_behalf_of", "is for the desk only");
        }
        Party side = onBehalfOf == null ? party : onBehalfOf;
        return new Evidence(
                id,
                dispute,
                type,
                side,
                fileName,
                format,
                size,
                sha256,
                storage.name(),
                description,
                addedBy,
                party,
                now);
    }

    /** All that was sent, for telling it from another upload. */
    String fingerprint() {
        return String.join(
                "\n", type.code(), sha256, fileName, String.valueOf(description), String.valueOf(onBehalfOf));
    }

    /** Removes what was written and not added. Where that fails now, it is swept later. */
    void discard() {
        if (begun) {
            await(evidences.remove(id).onFailure().recoverWithNull());
        }
    }

    /** Waits, on a thread that may. */
    static <T> T await(Uni<T> work) {
        return work.await().atMost(MAX_WAIT);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
