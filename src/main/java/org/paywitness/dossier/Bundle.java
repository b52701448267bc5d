package org.paywitness.dossier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Multi;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.paywitness.audit.AuditEntry;
import org.paywitness.dispute.CaseFile;
import org.paywitness.evidence.Evidence;
import org.paywitness.evidence.Evidences;
import org.paywitness.evidence.Missing;
import org.paywitness.transaction.VerdictAnswer;

/**
 * An archive (ZIP) that grows as it is read: each piece goes through it as it comes, and only a piece is ever in memory.
 * Nothing in it is packed: what is large is packed already, and packing takes the time of threads that must not wait.
 * Read once, by one reader, and closed by it.
 */
final class Bundle implements Closeable {
    private final CaseFile file;
    private final ZoneId zone;
    private final ObjectMapper json;
    private final ByteArrayOutputStream grown = new ByteArrayOutputStream();
    private final Archive zip = new Archive(grown);
    private final List<Manifest.Entry> entries = new ArrayList<>();

    Bundle(CaseFile file, ZoneId zone, ObjectMapper json) {
        this.file = file;
        this.zone = zone;
        this.json = json;
        zip.setLevel(Deflater.NO_COMPRESSION);
    }

    /** The document first, the manifest last: it tells what all others turned out to be. */
    Multi<Buffer> content(Scratch paper, Scratch timeline, Evidences evidences) {
        List<Multi<Buffer>> parts = new ArrayList<>();
        parts.add(part(new Part("dossier.pdf", null, file.asOf()), paper.content()));
        parts.add(part(new Part("timeline.json", null, file.asOf()), timeline.content()));
        for (int i = 0; i < file.evidence().size(); i++) {
            Evidence evidence = file.evidence().get(i);
            Part part = new Part(EntryName.of(i + 1, evidence), evidence, evidence.addedAt());
            // What was removed behind our back ends early, and the manifest tells.
            parts.add(part(
                    part, evidences.content(evidence).onFailure(Missing.class).recoverWithCompletion()));
        }
        parts.add(Multi.createFrom().item(this::end));
        return Multi.createBy().concatenating().streams(parts);
    }

    private static Multi<Buffer> part(Part part, Multi<Buffer> content) {
        return Multi.createFrom().deferred(() -> {
            part.begin();
            return content.map(part::write).onCompletion().invoke(part::end);
        });
    }

    /** A file on its way into the archive. */
    private final class Part {
        private final String name;
        private final Evidence evidence;
        private final Instant at;
        private final MessageDigest digest = sha256();
        private long size;

        Part(String name, Evidence evidence, Instant at) {
            this.name = name;
            this.evidence = evidence;
            this.at = at;
        }

        void begin() {
            ZipEntry entry = new ZipEntry(name);
            // Dates in archives have no zone: the merchants' is as good as any, and the host's is not.
            entry.setTimeLocal(LocalDateTime.ofInstant(at, zone));
            growing(() -> zip.putNextEntry(entry));
        }

        Buffer write(Buffer piece) {
            byte[] bytes = piece.getBytes();
            size += bytes.length;
            digest.update(bytes);
            growing(() -> zip.write(bytes));
            return taken();
        }

        void end() {
            growing(zip::closeEntry);
            String sha256 = HexFormat.of().formatHex(digest.digest());
            entries.add(new Manifest.Entry(name, size, sha256, evidence == null ? null : origin(evidence, sha256)));
        }
    }

    private static Manifest.Origin origin(Evidence e, String sha256) {
        return new Manifest.Origin(
                e.reference(),
                e.party().code(),
                e.type().code(),
                e.fileName(),
                e.format().mediaType(),
                sha256.equals(e.sha256()),
                e.size(),
                e.sha256());
    }

    private Buffer end() {
        growing(() -> {
            ZipEntry entry = new ZipEntry("manifest.json");
            entry.setTimeLocal(LocalDateTime.ofInstant(file.asOf(), zone));
            zip.putNextEntry(entry);
            zip.write(manifest());
            zip.finish();
        });
        return taken();
    }

    private byte[] manifest() throws JsonProcessingException {
        List<AuditEntry> timeline = file.timeline().entries();
        AuditEntry last = timeline.isEmpty() ? null : timeline.get(timeline.size() - 1);
        Manifest.Head head = new Manifest.Head(
                last == null ? 0 : last.number(),
                last == null ? null : HexFormat.of().formatHex(last.hash()),
                file.timeline().isWhole(),
                file.timeline().fault());
        return json.writerWithDefaultPrettyPrinter()
                .writeValueAsBytes(new Manifest(
                        file.dispute().id(),
                        file.id().toString(),
                        VerdictAnswer.time(file.asOf(), zone),
                        head,
                        entries));
    }

    /** Something that makes the archive grow. */
    private interface Growth {
        void take() throws IOException;
    }

    /** What has grown since the last time. */
    private Buffer taken() {
        Buffer taken = Buffer.buffer(grown.toByteArray());
        grown.reset();
        return taken;
    }

    private static void growing(Growth step) {
        try {
            step.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }

    /** Gives back the memory that lies outside of the heap; an archive that was not read to its end ends here. */
    @Override
    public void close() {
        zip.drop();
    }

    /** One that can be given up in the middle: to close it would be to write on, while another thread may be writing. */
    private static final class Archive extends ZipOutputStream {
        Archive(OutputStream out) {
            super(out);
        }

        void drop() {
            def.end();
        }
    }
}
