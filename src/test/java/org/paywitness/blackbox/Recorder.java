package org.paywitness.blackbox;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An agent that is loaded into the running service and writes down what it has come to use: {@code class} and a name
 * for each class that is loaded, {@code json} and a name for each that Jackson has learned to write or to read by
 * reflection. It may use nothing but the JDK: it is the only class of its jar.
 */
public final class Recorder {
    private static final String MAPPER = "com.fasterxml.jackson.databind.ObjectMapper";

    /** Jackson's own for beans, records and enums; all others need no reflection. */
    private static final Set<String> REFLECTIVE = Set.of(
            "com.fasterxml.jackson.databind.ser.std.BeanSerializerBase",
            "com.fasterxml.jackson.databind.deser.BeanDeserializerBase");

    private final Instrumentation jvm;
    private final Set<String> lines = new TreeSet<>();

    private Recorder(Instrumentation jvm) {
        this.jvm = jvm;
    }

    /** @param out the file to be written */
    public static void agentmain(String out, Instrumentation jvm) throws IOException {
        Recorder recorder = new Recorder(jvm);
        try {
            recorder.record();
        } catch (ReflectiveOperationException e) {
            recorder.lines.add("failed " + e);
        }
        Files.write(Path.of(out), recorder.lines);
    }

    private void record() throws ReflectiveOperationException {
        for (Class<?> loaded : jvm.getAllLoadedClasses()) {
            if (!loaded.isArray() && !loaded.isHidden()) {
                lines.add("class " + loaded.getName());
            }
            if (loaded.getName().equals("io.quarkus.arc.Arc")) {
                Object container = loaded.getMethod("container").invoke(null);
                Class<?> mapper = loaded.getClassLoader().loadClass(MAPPER);
                Object handle = Class.forName("io.quarkus.arc.ArcContainer", false, loaded.getClassLoader())
                        .getMethod("instance", Class.class, java.lang.annotation.Annotation[].class)
                        .invoke(container, mapper, new java.lang.annotation.Annotation[0]);
                Object json = Class.forName("io.quarkus.arc.InstanceHandle", false, loaded.getClassLoader())
                        .getMethod("get")
                        .invoke(handle);
                walk(field(field(json, "_serializerProvider"), "_serializerCache"));
                walk(field(field(json, "_deserializationContext"), "_cache"));
            }
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(of);
                }
            }
        }
        throw new NoSuchFieldException(of.getClass() + "." + name);
    }

    /** All serializers and deserializers that can be reached from a cache of them. */
    private void walk(Object from) throws ReflectiveOperationException {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> next = new ArrayDeque<>();
        next.add(from);
        while (!next.isEmpty()) {
            Object one = next.poll();
            if (one == null || !seen.add(one)) {
                continue;
            }
            if (one instanceof Map<?, ?> map) {
                next.addAll(
                        map.values().stream().filter(java.util.Objects::nonNull).toList());
            } else if (one instanceof Object[] all) {
                for (int i = 0; i < Array.getLength(all); i++) {
                    if (all[i] != null) {
                        next.add(all[i]);
                    }
                }
            } else if (one.getClass().getName().startsWith("com.fasterxml.jackson.databind.")
                    || one.getClass().getName().startsWith("org.paywitness.")) {
                note(one);
                fields(one, next);
            }
        }
    }

    private void note(Object one) throws ReflectiveOperationException {
        for (Class<?> type = one.getClass(); type != null; type = type.getSuperclass()) {
            if (REFLECTIVE.contains(type.getName())) {
                Object handled = one.getClass().getMethod("handledType").invoke(one);
                lines.add("json " + ((Class<?>) handled).getName());
            }
        }
    }

    private static void fields(Object one, Deque<Object> next) throws ReflectiveOperationException {
        for (Class<?> type = one.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                String of = field.getType().getName();
                if (!Modifier.isStatic(field.getModifiers())
                        && (of.startsWith("com.fasterxml.jackson.databind.")
                                || of.startsWith("[L")
                                || Map.class.isAssignableFrom(field.getType()))
                        && !of.endsWith("JavaType")
                        && !of.contains(".introspect.")
                        && type.getName().startsWith("com.fasterxml.")) {
                    field.setAccessible(true);
                    Object value = field.get(one);
                    if (value != null) {
                        next.add(value);
                    }
                }
            }
        }
    }
}
