package org.paywitness.evidence;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.paywitness.problem.Problem;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Files as objects of an S3-compatible storage, one for each. A small file is one object put at once; a larger one is
 * put in parts, of which one is in memory.
 */
// Amazon's client reads answers with the XML parser that the JDK finds by META-INF/services.
@RegisterForReflection(classNames = "com.fasterxml.aalto.stax.InputFactoryImpl")
@Singleton
class S3Storage implements Storage {
    static final String NAME = "s3";

    /** The least that S3 takes for a part that is not the last. */
    private static final int PART_BYTES = 5 * 1024 * 1024;

    private static final Logger LOG = Logger.getLogger(S3Storage.class);

    private final EvidenceSettings.S3 settings;
    private S3AsyncClient client;

    S3Storage(EvidenceSettings settings) {
        this.settings = settings.s3();
    }

    @Override
    public String name() {
        return NAME;
    }

    // --- the client --------------------------------------------------------------------------------------------------

    private synchronized S3AsyncClient client() {
        if (client == null) {
            S3AsyncClientBuilder builder = S3AsyncClient.builder()
                    .region(Region.of(settings.region()))
                    .forcePathStyle(settings.pathStyle())
                    .credentialsProvider(credentials())
                    // Others than Amazon's refuse check sums that they do not know; ours is kept with the evidence.
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    .overrideConfiguration(override -> override.apiCallTimeout(settings.timeout()))
                    .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(settings.maxConnections()));
            settings.endpoint().ifPresent(builder::endpointOverride);
            client = builder.build();
        }
        return client;
    }

    private AwsCredentialsProvider credentials() {
        return settings.accessKeyId().isEmpty()
                ? DefaultCredentialsProvider.create()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        settings.accessKeyId().get(), settings.secretAccessKey().orElse("")));
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        if (client != null) {
            client.close();
        }
    }

    private String bucket() {
        return settings.bucket()
                .orElseThrow(() -> unavailable(new IllegalStateException("paywitness.evidence.s3.bucket is not set")));
    }

    private String key(UUID id) {
        return settings.prefix() + id;
    }

    private <T> Uni<T> ask(Function<S3AsyncClient, CompletableFuture<T>> call) {
        return Uni.createFrom()
                .completionStage(() -> call.apply(client()))
                .onFailure(failure -> !(failure instanceof Problem))
                .transform(S3Storage::unavailable);
    }

    private static RuntimeException unavailable(Throwable failure) {
        if (failure instanceof NoSuchKeyException) {
            return new Missing("The storage has no such file", failure);
        }
        LOG.warnf("The storage of evidence does not work: %s", failure.toString());
        return Problem.unavailable("storage_unavailable", "The storage of files cannot be reached. Please try again.");
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    @Override
    public Sink begin(UUID id) {
        return new Parts(id);
    }

    private final class Parts implements Sink {
        private final UUID id;
        private final List<CompletedPart> done = new ArrayList<>();
        private byte[] part = new byte[PostgresStorage.CHUNK_BYTES];
        private int length;
        private String upload;

        Parts(UUID id) {
            this.id = id;
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            int taken = 0;
            while (taken < count) {
                if (length == part.length && length < PART_BYTES) {
                    part = Arrays.copyOf(part, Math.min(PART_BYTES, 2 * length));
                }
                int step = Math.min(count - taken, part.length - length);
                System.arraycopy(bytes, offset + taken, part, length, step);
                taken += step;
                length += step;
                if (length == PART_BYTES) {
                    putPart();
                }
            }
        }

        @Override
        public void finish() {
            if (upload == null) {
                Upload.await(ask(s3 -> s3.putObject(put -> put.bucket(bucket()).key(key(id)), body())));
                return;
            }
            if (length > 0) {
                putPart();
            }
            Upload.await(ask(s3 -> s3.completeMultipartUpload(complete ->
                    complete.bucket(bucket()).key(key(id)).uploadId(upload).multipartUpload(all -> all.parts(done)))));
        }

        private void putPart() {
            if (upload == null) {
                upload = Upload.await(ask(s3 -> s3.createMultipartUpload(
                                create -> create.bucket(bucket()).key(key(id)))))
                        .uploadId();
            }
            int number = done.size() + 1;
            String tag = Upload.await(ask(s3 -> s3.uploadPart(
                            one -> one.bucket(bucket())
                                    .key(key(id))
                                    .uploadId(upload)
                                    .partNumber(number),
                            body())))
                    .eTag();
            done.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            length = 0;
        }

        private AsyncRequestBody body() {
            // Nothing is written to it before the call has ended.
            return AsyncRequestBody.fromByteBufferUnsafe(ByteBuffer.wrap(part, 0, length));
        }
    }

    // --- reading and removing ----------------------------------------------------------------------------------------

    @Override
    public Uni<Buffer> read(UUID id, long from, int most) {
        String range = "bytes=" + from + "-" + (from + most - 1);
        return ask(s3 -> s3.getObject(
                        get -> get.bucket(bucket()).key(key(id)).range(range), AsyncResponseTransformer.toBytes()))
                .map(piece -> Buffer.buffer(piece.asByteArrayUnsafe()));
    }

    // Deleting what is not there is no error in S3.
    @Override
    public Uni<Void> remove(SqlConnection connection, UUID id) {
        return ask(s3 -> s3.deleteObject(delete -> delete.bucket(bucket()).key(key(id))))
                .chain(() -> ask(s3 ->
                        s3.listMultipartUploads(list -> list.bucket(bucket()).prefix(key(id)))))
                .chain(open -> {
                    Uni<Void> all = Uni.createFrom().voidItem();
                    for (var upload : open.uploads()) {
                        all = all.chain(() -> ask(s3 -> s3.abortMultipartUpload(abort ->
                                        abort.bucket(bucket()).key(upload.key()).uploadId(upload.uploadId())))
                                .replaceWithVoid());
                    }
                    return all;
                });
    }
}
